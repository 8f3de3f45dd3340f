import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("A vault that the account has no more")
struct LeftVaultsTests {
    /// Two vaults, mirrored, of which one then leaves.
    private func world() async throws -> World {
        var world = World.withNotes(["a.md": "one"])
        // The files of a vault that is gone stay, and nobody asks for their records any more.
        world.excused = [.keys]
        world.library.addVault(Vault(id: .work, name: "Work", epoch: "epoch-1"))
        world.write("two", to: "b.md", in: .work)
        try await world.run(.first)
        world.library.removeVault(.work)
        return world
    }

    @Test("is told in every run, keeps its files, and costs the others nothing")
    func told() async throws {
        let world = try await world()
        world.write("three", to: "c.md")
        for run in [RunID.second, .third] {
            let summary = try #require(try await world.run(run).summary)
            #expect(summary.success)
            #expect(summary.attention == [.init(.left, of: .work)])
            #expect(summary.attentionCount == 1)
            #expect(summary.notes.contains { $0.hasPrefix("vault work-id: is not in the account any more") })
        }
        #expect(world.texts.keys.sorted() == ["Notes/a.md", "Notes/c.md", "Work/b.md"])
    }

    @Test("is told no more once somebody has forgotten it, until it comes back and leaves again")
    func forgotten() async throws {
        let world = try await world()
        try await world.run(.second)
        let forgetting = VaultForgetting(records: world.records, run: .third)
        try await forgetting.forget(.work, now: world.clock.now)
        #expect(world.records.lease(on: .work) == nil)
        #expect(try await world.run(.third).summary?.attention == [])
        world.library.addVault(Vault(id: .work, name: "Work", epoch: "epoch-1"))
        world.write("two", to: "b.md", in: .work)
        #expect(try await world.run(.fourth).summary?.attention == [])
        world.library.removeVault(.work)
        #expect(try await world.run(.fifth).summary?.attention == [.init(.left, of: .work)])
    }

    @Test("is not forgotten while a run has it, and one that was never mirrored cannot be")
    func refusals() async throws {
        let world = try await world()
        _ = try await world.records.acquireLease(
            Lease(owner: .second, now: world.clock.now),
            on: .work,
            now: world.clock.now
        )
        let forgetting = VaultForgetting(records: world.records, run: .third)
        await #expect { try await forgetting.forget(.work, now: world.clock.now) } throws: {
            ($0 as? SyncError)?.name == .throttled
        }
        let stranger = try #require(VaultID("stranger"))
        await #expect { try await forgetting.forget(stranger, now: world.clock.now) } throws: {
            ($0 as? SyncError)?.name == .invalidInput
        }
    }

    @Test("is another account's where none of the mirrored vaults is listed: nothing is begun before somebody says so")
    func anotherAccount() async throws {
        var world = World.withNotes(["a.md": "one"])
        world.excused = [.keys]
        try await world.run(.first)
        world.library.removeVault(.notes)
        world.library.addVault(Vault(id: .work, name: "Work", epoch: "epoch-1"))
        world.write("two", to: "b.md", in: .work)
        await #expect { try await world.run(.second) } throws: {
            let error = $0 as? SyncError
            return error?.name == .invalidConfiguration && error?.message.contains("--switch-account") == true
        }
        #expect(world.texts.keys.sorted() == ["Notes/a.md"])
        let outcome = try await world.run(.third, #"{"options": {"switch_account": true}}"#)
        #expect(outcome.summary?.attention == [.init(.left, of: .notes)])
        #expect(world.texts.keys.sorted() == ["Notes/a.md", "Work/b.md"])
        // It is this account's mirror from now on.
        #expect(try await world.run(.fourth).summary?.success == true)
    }
}
