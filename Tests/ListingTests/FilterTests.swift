import Listing
import TestSupport
import TestWorld
import Testing

@testable import SyncCore

@Suite("Filters of a vault")
struct FilterTests {
    private func request(_ exclude: String, _ more: String = "") -> String {
        #"{"options": {"exclude": ["\#(exclude)"]\#(more)}}"#
    }

    @Test("what a pattern leaves out is not fetched; what widens the filter fetches it")
    func widen() async throws {
        let world = World.withNotes(["a.md": "A", "b.tmp": "B", ".obsidian/workspace.json": "W"])
        try await world.run(.first, request("*.tmp"))
        #expect(world.texts == ["Notes/a.md": "A"])
        #expect(world.record("b.tmp") == nil)
        try await world.run(.second, request("*.tmp"))
        #expect(world.texts.count == 1)
        try await world.run(.third)
        #expect(world.texts == ["Notes/a.md": "A", "Notes/b.tmp": "B"])
        #expect(world.library.contentsSent == 2)
    }

    @Test("a filter that narrows deletes nothing, whatever is listed, until that is asked for")
    func narrow() async throws {
        let world = World.withNotes(["a.md": "A", "b.tmp": "B"])
        try await world.run()
        let narrow = try await world.run(.second, request("*.tmp"))
        #expect(narrow.summary?.metadata["deleted"] == "0")
        world.delete("b.tmp")
        try await world.run(.third, request("*.tmp"))
        #expect(world.texts.count == 2, "what is left out is not followed either")
        let asked = try await world.run(#require(RunID("run-4")), request("*.tmp", #", "delete_excluded": true"#))
        #expect(asked.summary?.metadata["deleted"] == "1")
        #expect(world.texts == ["Notes/a.md": "A"])
    }

    @Test("a vault has patterns of its own, behind those of the deployment")
    func perVault() async throws {
        var world = World.withNotes(["a.md": "A", "b.tmp": "B", "c.log": "C"])
        world.listing.filter = PathFilter(exclude: ["*.tmp"])
        world.library.addVault(Vault(id: .work, name: "Work", epoch: "w"))
        world.write("W", to: "w.log", in: .work)
        let vaults = #"{"vaults": [{"vault_id": "notes-id", "exclude": ["*.log"]}, {"vault_id": "work-id"}]}"#
        try await world.run(.first, vaults)
        #expect(world.texts == ["Notes/a.md": "A", "Work/w.log": "W"])
    }

    @Test("a file that failed waits no longer where a pattern leaves it out")
    func pending() async throws {
        let world = World.withNotes(["a.md": "A", "bad.tmp": "B"])
        world.library.setFaults { $0.corruptions[VaultPath("bad.tmp")] = [1] }
        await #expect(throws: SyncError.self) { try await world.run() }
        #expect(try await world.run(.second, request("*.tmp")).next == .done)
        #expect(try await world.run(.third, request("*.tmp")).next == .done)
    }

    @Test("patterns of a request survive its journey through the state machine")
    func journey() throws {
        let json = """
            {"vaults": [{"vault_id": "a", "exclude": ["x/", "!y"]}, {"vault_id": "b"}],
             "options": {"include": ["*.md"], "delete_excluded": true}}
            """
        let request = try FunctionJSON.decode(SyncRequest.self, from: Array(json.utf8))
        #expect(request.filters.values.map(\.exclude) == [["x/", "!y"]])
        #expect(request.options.filter.include == ["*.md"])
        #expect(request.options.deleteExcluded)
        #expect(try FunctionJSON.decode(SyncRequest.self, from: FunctionJSON.encode(request)) == request)
        let wrong = #"{"options": {"exclude": "*.md"}}"#
        let error = #expect(throws: SyncError.self) {
            try FunctionJSON.decode(SyncRequest.self, from: Array(wrong.utf8))
        }
        #expect(error?.message.contains("options.exclude") == true)
    }
}
