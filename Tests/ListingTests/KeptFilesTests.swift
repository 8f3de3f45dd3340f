import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("A file that is gone at the source and that the mirror keeps")
struct KeptFilesTests {
    @Test("is still known as stored, with its checksum")
    func kept() async throws {
        var world = World.withNotes(["a.md": "one", "b.md": "two"])
        world.listing.deletions = .keep
        try await world.run(.first)
        let stored = try #require(world.record("a.md"))
        world.delete("a.md")
        try await world.run(.second)
        let record = try #require(world.record("a.md"))
        #expect(record.status == .deleted)
        #expect(record.isStored)
        #expect(record.sha256 == stored.sha256)
        #expect(record.fingerprint == stored.fingerprint)
        #expect(world.texts["Notes/a.md"] == "one")
    }

    @Test("is one of the mirror's no more where deletions are followed")
    func followed() async throws {
        let world = World.withNotes(["a.md": "one", "b.md": "two"])
        try await world.run(.first)
        world.delete("a.md")
        try await world.run(.second)
        #expect(world.record("a.md")?.isStored == false)
    }
}
