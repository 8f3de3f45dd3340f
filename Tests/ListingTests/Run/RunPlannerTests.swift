import Foundation
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The plan of a run")
struct RunPlannerTests {
    private func plan(
        _ world: World,
        _ request: String = #"{"action": "sync"}"#,
        run: RunID = .first
    ) async throws -> RunState {
        _ = try await world.authenticate("{}".asEvent)
        let input = ListInput(run: run, request: try JSONDecoder().decode(SyncRequest.self, from: Data(request.utf8)))
        return try await RunPlanner(ports: world.ports, settings: world.listing).plan(input, .quiet)
    }

    private func folders(_ state: RunState) -> [String] {
        state.vaults.map { "\($0.vault.id.rawValue): \($0.folder)" }.sorted()
    }

    @Test("vaults of one name get folders of their own, and keep them when one is renamed")
    func folders() async throws {
        let world = World.withNotes([:])
        world.library.addVault(Vault(id: .work, name: "Notes", epoch: "e"))
        let first = try await plan(world)
        #expect(Set(first.vaults.map(\.folder)).count == 2)
        let again = try await plan(world, run: .second)
        #expect(folders(again) == folders(first))
    }

    @Test("a folder that is reserved is no vault's")
    func reserved() async throws {
        var world = World.withNotes([:])
        world.listing.reservedFolders = ["Notes"]
        #expect(try await plan(world).vaults.allSatisfy { $0.folder != "Notes" })
    }

    @Test("each vault is planned with its place and with all patterns that hold for it")
    func filters() async throws {
        let world = World.withNotes([:])
        let request = #"{"action": "sync", "options": {"exclude": ["*.tmp"]}}"#
        let vault = try #require(try await plan(world, request).vaults.first)
        #expect(vault.vault.epoch.place.map(String.init) == world.destination)
        let filter = CompiledFilter(try #require(vault.filter))
        #expect(filter.lets(VaultPath("a.md"), version: 1))
        #expect(!filter.lets(VaultPath("a.tmp"), version: 1))
    }

    @Test("of several vaults only those that are asked for are planned, and one that is not there is an error")
    func asked() async throws {
        let world = World.withNotes([:])
        world.library.addVault(Vault(id: .work, name: "Work", epoch: "e"))
        #expect(folders(try await plan(world, #"{"action": "sync", "vault_id": "work-id"}"#)) == ["work-id: Work"])
        let error = await #expect(throws: SyncError.self) {
            _ = try await plan(world, #"{"action": "sync", "vault_id": "nowhere"}"#)
        }
        #expect(error?.name == .invalidInput)
    }

    @Test("a vault that others share is named and left out")
    func shared() async throws {
        let world = World.withNotes([:])
        var vault = Vault(id: .work, name: "Work", epoch: "e")
        vault.isShared = true
        world.library.addVault(vault)
        let state = try await plan(world)
        #expect(folders(state) == ["notes-id: Notes"])
        #expect(state.unasked?.map(\.id) == [.work])
    }
}
