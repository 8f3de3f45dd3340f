import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("What a newer program has written")
struct DataFormTests {
    private static let sentence = "what is stored was written by a newer Obsync than this one; update this program"

    private func expectRefused(_ body: () async throws -> Void) async {
        let error = await #expect(throws: SyncError.self) { try await body() }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message == Self.sentence)
    }

    @Test("is refused with one sentence, and left alone: a vault's state")
    func state() async throws {
        let world = World.withNotes(["a.md": "A"])
        try await world.run()
        var state = try #require(try await world.records.state(of: .notes))
        #expect(state.form == .current)
        state.form = DataForm(rawValue: 99)
        let json = try FunctionJSON.encode(state)
        await expectRefused { _ = try FunctionJSON.decode(VaultState.self, from: json) }
    }

    @Test("is refused with one sentence, and left alone: a run")
    func run() async throws {
        let world = World.withNotes(["a.md": "A"])
        let input = ListInput(run: .first, request: SyncRequest())
        _ = try await world.authenticate("{}".asEvent)
        _ = try await world.list(input)
        let key = try KeyMapping.run(.first)
        let stored = try #require(world.state.objects[key])
        let newer = String(decoding: stored.bytes, as: UTF8.self).replacing(#""form":2"#, with: #""form":3"#)
        try await world.state.put(key, Array(newer.utf8), stored.attributes)
        await expectRefused { _ = try await world.list(input) }
        #expect(world.state.objects[key]?.bytes == Array(newer.utf8))
    }

    @Test("is refused with one sentence, and left alone: a batch")
    func batch() async throws {
        let world = World.withNotes(["a.md": "A"])
        _ = try await world.authenticate("{}".asEvent)
        let page = try await world.list(ListInput(run: .first, request: SyncRequest()))
        let batch = try #require(page.batches.first)
        let stored = try #require(world.state.objects[batch.key])
        let newer = String(decoding: stored.bytes, as: UTF8.self).replacing(#""form":2"#, with: #""form":3"#)
        try await world.state.put(batch.key, Array(newer.utf8), stored.attributes)
        await expectRefused { _ = try await world.download(batch) }
        #expect(world.mirror.objects.isEmpty)
    }
}
