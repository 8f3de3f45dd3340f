import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Comparing a listing with the records")
struct ComparisonTests {
    private func synced(_ count: Int) async throws -> World {
        let world = World.withNotes()
        for number in 0..<count { world.write("text \(number)", to: "\(number % 7)/\(number).md") }
        try await world.run()
        world.recordFaults.replace(with: nil)
        return world
    }

    @Test("what changed is asked for 100 records a call")
    func incremental() async throws {
        let world = try await synced(1500)
        // One in 41 pays for a query of all: so few entries are asked for one by one.
        for number in 0..<30 { world.write("new \(number)", to: "0/\(number * 7).md") }
        let output = try await world.list(ListInput(run: .second, request: SyncRequest()))
        #expect(output.batches.map(\.files) == [30])
        #expect(world.recordFaults.count(of: .records) == 1)
        #expect(world.recordFaults.count(of: .allRecords) == 0)
    }

    @Test("a listing of most of a vault is compared with one walk over its records")
    func walks() async throws {
        let world = try await synced(300)
        for number in 0..<250 { world.write("new \(number)", to: "\(number % 7)/\(number).md") }
        let output = try await world.list(ListInput(run: .second, request: SyncRequest()))
        #expect(output.batches.map(\.files) == [100, 100, 50])
        #expect(world.recordFaults.count(of: .records) == 0)
        #expect(world.recordFaults.count(of: .allRecords) == 1)
    }

    @Test("a listing of everything is compared with one walk, and the brake takes another one where much is gone")
    func snapshot() async throws {
        let world = try await synced(1500)
        world.library.change(.notes) { $0.changes.removeAll { $0.path.rawValue.hasPrefix("3/") } }
        let outcome = try await world.run(.second, #"{"sync_type": "complete"}"#)
        #expect(outcome.summary?.metadata["deleted"] == "214")
        #expect(world.recordFaults.count(of: .allRecords) == 2)
        #expect(world.recordFaults.count(of: .records) == 6, "by the brake, and before anything is deleted")
    }

    @Test("few deletions that come with what changed cost no further reads but those before deleting")
    func tombstones() async throws {
        let world = try await synced(1000)
        for number in 0..<10 { world.delete("\(number % 7)/\(number).md") }
        let outcome = try await world.run(.second)
        #expect(outcome.summary?.metadata["deleted"] == "10")
        #expect(world.recordFaults.count(of: .records) == 2)
        #expect(world.recordFaults.count(of: .allRecords) == 0)
    }

    @Test("the cheaper way is taken, by the numbers")
    func cost() {
        #expect(ReadCost.prefersQuery(entries: 1, records: nil, isSnapshot: true))
        #expect(!ReadCost.prefersQuery(entries: 1_000_000, records: nil, isSnapshot: false))
        #expect(ReadCost.units(ofQuerying: 1_000_000) == 26_490)
        #expect(!ReadCost.prefersQuery(entries: 26_490, records: 1_000_000, isSnapshot: false))
        #expect(ReadCost.prefersQuery(entries: 26_491, records: 1_000_000, isSnapshot: false))
    }

    @Test("the same cursor gives the same page, or what is left of it")
    func repeated() async throws {
        var world = World.withNotes()
        world.listing.batchSize = 4
        world.listing.batchesPerPage = 3
        for number in 0..<40 { world.write("text \(number)", to: "\(number).md") }
        _ = try await world.authenticate("{}".asEvent)
        let start = ListInput(run: .first, request: SyncRequest())
        let first = try await world.list(start)
        let second = try await world.list(ListInput(run: .first, request: SyncRequest(), cursor: first.cursor))
        #expect(try await world.list(ListInput(run: .first, request: SyncRequest(), cursor: first.cursor)) == second)
        _ = try await world.download(second.batches[0])
        let left = try await world.list(ListInput(run: .first, request: SyncRequest(), cursor: first.cursor))
        #expect(left.batches.map(\.files) == [4, 4])
        let again = try await StoredBatch(left.batches[0].key, in: world.state).entries.map(\.path)
        #expect(Set(again).isDisjoint(with: world.records.files(of: .notes).keys))
        #expect(first.cursor.utf8.count < 1024)
        #expect(try await world.run().next == .done)
        #expect(world.texts.count == 40)
    }

    @Test("a page ends by its bytes")
    func pageBytes() async throws {
        var world = World.withNotes()
        world.listing.bytesPerPage = 100
        for number in 0..<30 { world.write(String(repeating: "x", count: 30), to: "\(number).md") }
        _ = try await world.authenticate("{}".asEvent)
        let output = try await world.list(ListInput(run: .first, request: SyncRequest()))
        #expect(output.batches.map(\.files) == [4])
        #expect(try await world.run(.second).next == .busy)
        world.clock.advance(by: .seconds(7200))
        #expect(try await world.run(.third).pages == 8)
        #expect(world.texts.count == 30)
    }

    @Test(
        "whatever happens to a vault, and wherever pages end, the mirror becomes what the vault is",
        arguments: 0..<12
    )
    func model(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var world = World.withNotes()
        world.listing.batchSize = Int.random(in: 1...5, using: &random)
        world.listing.batchesPerPage = Int.random(in: 1...3, using: &random)
        world.listing.brake.fewest = 1000
        for round in 1...5 {
            for _ in 0..<Int.random(in: 0...25, using: &random) {
                let path =
                    "\(["a", "b/c", "b", "b/c/d"].randomElement(using: &random) ?? "") \(Int.random(in: 0..<12, using: &random)).md"
                switch Int.random(in: 0..<5, using: &random) {
                case 0: world.delete(path)
                case 1: world.rename(path, to: "renamed \(path)")
                default: world.write("\(Int.random(in: 0..<50, using: &random))", to: path)
                }
            }
            let isComplete = Bool.random(using: &random)
            let run = try #require(RunID("round-\(round)"))
            var input = ListInput(run: run, request: SyncRequest())
            input.request.syncType = isComplete ? .complete : .incremental
            _ = try await world.authenticate("{}".asEvent)
            var output: ListOutput
            repeat {
                let isHurried = Bool.random(using: &random)
                output = try await world.list(input, deadline: isHurried ? world.clock.now : nil)
                for batch in output.batches { _ = try await world.download(batch, of: run, input.request) }
                input.cursor = output.cursor
            } while output.next == .work
            let files = try #require(world.library.vault(.notes)).files
            let expected = Dictionary(
                uniqueKeysWithValues: files.map { ("Notes/" + $0.rawValue, String(decoding: $1, as: UTF8.self)) }
            )
            #expect(world.texts == expected, "round \(round)")
            #expect(output.summary?.notes == [])
        }
    }
}
