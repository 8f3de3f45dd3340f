import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Writing batches")
struct BatchWriterTests {
    @Test("a batch is written when it has enough entries, and what is left at the end")
    func counts() async throws {
        var world = World.withNotes()
        world.listing.batchSize = 2
        var plan = world.stagePlan()
        plan.mayHoldObjects = true
        let context = try await world.stageContext()
        var writer = BatchWriter(context, plan, after: 6)
        #expect(try await writer.flush() == nil)
        #expect(try await writer.add(file("a")) == nil)
        #expect(writer.waiting == .init(files: 1, bytes: 10))
        let full = try #require(try await writer.add(file("b")))
        #expect((full.reference.number, full.reference.files, full.bytes) == (7, 2, 20))
        #expect(writer.waiting == .init())
        #expect(try await writer.add(file("c", size: nil)) == nil)
        let last = try #require(try await writer.flush())
        #expect((last.reference.number, last.reference.files, last.bytes) == (8, 1, 0))
        let stored = try await StoredBatch(full.reference.key, in: world.state)
        #expect(stored.entries == [file("a"), file("b")])
        #expect(stored.header.mayHoldObjects == true)
        #expect(stored.header.listedUpTo == SourceCursor("7"))
        #expect(stored.header.term == context.lease.term)
    }

    @Test("a batch is written when it has enough bytes")
    func bytes() async throws {
        var world = World.withNotes()
        world.listing.batchBytes = 25
        var writer = BatchWriter(try await world.stageContext(), world.stagePlan(), after: 0)
        #expect(try await writer.add(file("a")) == nil)
        #expect(try await writer.add(file("b")) == nil)
        #expect(try await writer.add(file("c"))?.reference.files == 3)
    }

    @Test("a batch that could not be written is written by the next attempt")
    func failure() async throws {
        let world = World.withNotes()
        var writer = BatchWriter(try await world.stageContext(), world.stagePlan(), after: 0)
        _ = try await writer.add(file("a"))
        world.stateFaults.replace { _, _ in .init(SyncError(.storeUnavailable, "a fault"), afterDoing: false) }
        await #expect(throws: SyncError.self) { _ = try await writer.flush() }
        world.stateFaults.replace(with: nil)
        #expect(try await writer.flush()?.reference.number == 1)
    }
}
