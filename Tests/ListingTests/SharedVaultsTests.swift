import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("A vault that others share with the account")
struct SharedVaultsTests {
    private func world() -> World {
        let world = World.withNotes(["a.md": "one"])
        var vault = Vault(id: .work, name: "Work", epoch: "epoch-1")
        vault.isShared = true
        world.library.addVault(vault)
        world.write("two", to: "b.md", in: .work)
        return world
    }

    @Test("is announced and left alone, until somebody asks for it or it is set; then it goes on by itself")
    func asked() async throws {
        var world = world()
        let first = try #require(try await world.run(.first).summary)
        #expect(first.success && first.vaultsSynced.map(\.rawValue) == ["notes-id"])
        #expect(first.notes.contains { $0.hasPrefix("vault work-id: is shared with you and not mirrored") })
        #expect(world.texts.keys.sorted() == ["Notes/a.md"])
        world.listing.takesShared = true
        #expect(try await world.run(.second).summary?.notes == [])
        #expect(world.texts.keys.sorted() == ["Notes/a.md", "Work/b.md"])
        world.listing.takesShared = false
        world.write("three", to: "c.md", in: .work)
        #expect(try await world.run(.third).summary?.notes == [])
        #expect(world.texts.keys.sorted() == ["Notes/a.md", "Work/b.md", "Work/c.md"])
    }

    @Test("is mirrored when it is named")
    func named() async throws {
        let world = world()
        let request = #"{"action": "sync", "vault_id": "work-id"}"#
        #expect(try await world.run(.first, request).summary?.vaultsSynced == [.work])
        #expect(world.texts.keys.sorted() == ["Work/b.md"])
    }
}
