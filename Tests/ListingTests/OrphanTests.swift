import TestSupport
import TestWorld
import Testing

@testable import SyncCore

@Suite("Objects without records")
struct OrphanTests {
    @Test("a file that was stored, never noted, and then deleted at the source does not stay")
    func orphan() async throws {
        let world = World.withNotes(["a.md": "A"])
        try await world.run()
        world.write("B", to: "b.md")
        world.recordFaults.replace { operation, _ in
            operation == .saveRecord ? .init(SyncError(.storeUnavailable, "no")) : nil
        }
        await #expect(throws: SyncError.self) { try await world.run(.second) }
        #expect(world.texts == ["Notes/a.md": "A", "Notes/b.md": "B"])
        #expect(world.record("b.md") == nil)
        world.recordFaults.replace(with: nil)
        world.clock.advance(by: .seconds(3600))
        world.delete("b.md")
        try await world.run(.third)
        #expect(world.texts == ["Notes/a.md": "A"])
    }
}
