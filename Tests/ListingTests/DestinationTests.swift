import TestSupport
import TestWorld
import Testing

@testable import SyncCore

/// What is known of one place says nothing of another.
@Suite("Another destination")
struct DestinationTests {
    @Test("everything is stored again where the mirror has moved, and nothing is taken for copied or done")
    func moved() async throws {
        var world = World.withNotes(["a.md": "A", "b.md": "B"])
        _ = try await world.run(.first, "{}")
        world.mirror = MemoryObjectStore()
        world.destination = "there"
        world.rename("a.md", to: "c.md")
        let outcome = try await world.run(.second, "{}")
        #expect(outcome.summary?.filesCount == 2)
        #expect(world.texts == ["Notes/b.md": "B", "Notes/c.md": "A"])
        let again = try await world.run(.third, "{}")
        #expect(again.summary?.filesCount == 0)
    }
}

/// Listings that look like a fault of the source.
@Suite("Suspicious listings")
struct SuspiciousListingTests {
    private func emptied(_ count: Int) async throws -> World {
        let world = World.withNotes(
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("\($0).md", "text \($0)") })
        )
        _ = try await world.run(.first, "{}")
        for number in 0..<count { world.delete("\(number).md") }
        return world
    }

    @Test("a listing without any file deletes nothing where more than a handful were known")
    func empty() async throws {
        let world = try await emptied(20)
        let outcome = try await world.run(.second, #"{"sync_type": "complete"}"#)
        #expect(outcome.summary?.notes.count == 1)
        #expect(world.texts.count == 20)
    }

    @Test("somebody who means it says so")
    func allowed() async throws {
        let world = try await emptied(20)
        let request = #"{"sync_type": "complete", "options": {"allow_deletions": true}}"#
        let outcome = try await world.run(.second, request)
        #expect(outcome.summary?.notes == [])
        #expect(world.texts.isEmpty)
    }
}
