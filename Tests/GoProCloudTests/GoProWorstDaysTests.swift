import Clocks
import Listing
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import GoProCloud

/// Whole runs against a service and a library as they have been seen on their worst days.
@Suite("a GoPro library on its worst days", .serialized)
struct GoProWorstDaysTests {
    private func records(_ world: GoProWorld) throws -> [FileRecord] {
        Array(world.records.files(of: try #require(VaultID("gopro"))).values)
    }

    /// Whatever is asked is asked one after the other, so that nothing is on its way when quiet is asked for.
    private func sequential(_ world: inout GoProWorld) {
        world.listing.maxConcurrent = 1
        world.listing.groupsInFlight = 1
        world.configuration.concurrentFetches = 1
    }

    @Test("an edit, of which no listing tells the size, is mirrored")
    func edits() async throws {
        let created = Samples.now - 86_400 * 5
        let world = try GoProWorld([
            .edit(id: Samples.id(1), captured: created, created: created, size: 123_456),
            .edit(id: Samples.id(2), captured: created, created: created, size: nil),
        ])
        let summary = try await world.run()
        #expect(summary.filesCount == 1)
        #expect(summary.errors == [])
        #expect(world.differences() == [])
        #expect(try records(world).first?.size == 123_456)
    }

    @Test(
        "a size in the listing that is not that of the file is no reason to fetch it again and again",
        arguments: [1_003_245, 700] as [Int64]
    )
    func sizes(listed: Int64) async throws {
        var medium = Samples.video(1, chapters: [1_000_000])
        medium.listedSize = listed
        let world = try GoProWorld([medium])
        #expect(try await world.run().filesCount == 1)
        #expect(world.differences() == [])
        #expect(try records(world).first?.size == 1_000_000)
        #expect(try records(world).first?.listedSize == listed)
        let bodies = world.simulator.counters.bodies
        #expect(try await world.run().filesCount == 0)
        #expect(world.simulator.counters.bodies == bodies)
    }

    @Test("originals without a listed size come from a host that knows no ranges")
    func withoutSize() async throws {
        var medium = Samples.video(1, chapters: [200_000, 200_000])
        medium.isSizeKnown = false
        let world = try GoProWorld([medium])
        world.simulator.inject(.noRanges, times: nil)
        #expect(try await world.run().filesCount == 2)
        #expect(world.differences() == [])
    }

    @Test("a medium that is restored from the trash comes back with the next run, wherever it stands in the listing")
    func restored() async throws {
        var world = try GoProWorld((1...200).map { Samples.video($0, daysAgo: Int64($0)) })
        world.listing.deletions = .mirror
        try await world.run()
        world.library.delete(Samples.id(3))
        world.library.delete(Samples.id(180))
        let without = try await world.run(complete: true, allowDeletions: true)
        #expect(without.metadata["deleted"] == "2")
        for number in [3, 180] { world.library.change(Samples.id(number)) { $0.isDeleted = false } }
        let manifests = world.simulator.counters.manifests
        #expect(try await world.run().filesCount == 2)
        #expect(world.differences() == [])
        #expect(
            world.simulator.counters.manifests - manifests == 5,
            "the newest known medium is always looked at again"
        )
    }

    @Test("a medium that appears long after it was uploaded comes")
    func late() async throws {
        let world = try GoProWorld((1...120).map { Samples.video($0, daysAgo: Int64($0)) })
        try await world.run()
        world.library.add(Samples.video(500, daysAgo: 100))
        #expect(try await world.run().filesCount == 1)
        #expect(try await world.run().filesCount == 0)
        #expect(world.differences() == [])
    }

    @Test(
        "three media that never resolve stop nothing, wherever they stand",
        arguments: [GoProFault.manifestMissing, .manifestBroken, .mediumGone],
        [[1, 2, 3], [20, 100, 190]]
    )
    func threeBad(fault: GoProFault, bad: [Int]) async throws {
        let world = try GoProWorld((1...200).map { Samples.video($0, daysAgo: Int64($0)) })
        for number in bad { world.simulator.inject(fault, medium: Samples.id(number), times: nil) }
        if fault == .manifestBroken {
            // They are there, and not to be had: that is new, so somebody is told.
            let error = await #expect(throws: SyncError.self) { try await world.run() }
            #expect(error?.name == .partialFailure)
            #expect(try records(world).count { $0.status == .completed } == 197)
        } else {
            #expect(try await world.run().filesCount == 197)
        }
        world.library.add(Samples.video(901, daysAgo: 0))
        world.library.add(Samples.video(902, daysAgo: 0))
        let second = try await world.run()
        #expect(second.filesCount == 2)
        #expect(!second.notes.isEmpty || second.attentionCount == 3, "the three are told of")
        let waiting = try records(world).filter { $0.status != .completed }
        #expect(waiting.count == 3)
        if fault == .manifestBroken {
            #expect(waiting.allSatisfy { $0.status == .failed && $0.isGroup == true && $0.reason == "HTTP-500" })
        } else {
            #expect(waiting.allSatisfy { $0.status == .skipped })
            #expect(waiting.allSatisfy { $0.lastError == SyncError.Name.sourceGone })
        }
        world.simulator.removeFaults()
        world.clock.advance(by: .seconds(3 * 3600))
        #expect(try await world.run().filesCount == 3)
        #expect(world.differences() == [])
    }

    @Test("a gone medium of several chapters comes back with all of them")
    func goneChapters() async throws {
        let world = try GoProWorld([Samples.video(1), Samples.video(2, chapters: [10, 11, 12])])
        world.simulator.inject(.mediumGone, medium: Samples.id(2), times: nil)
        let first = try await world.run()
        #expect(first.filesCount == 1)
        #expect(!first.notes.contains { $0.contains("not ready") })
        world.simulator.removeFaults()
        world.clock.advance(by: .seconds(3 * 3600))
        #expect(try await world.run().filesCount == 3)
        #expect(world.differences() == [])
    }

    @Test("an address that answers 404 while the medium is there fails its file, in every run, until it comes")
    func missingAddress() async throws {
        let world = try GoProWorld([Samples.video(1), Samples.video(2)])
        world.simulator.inject(.mediaMissing, medium: Samples.id(2), times: nil)
        for _ in 1...2 {
            let error = await #expect(throws: SyncError.self) { try await world.run() }
            #expect(error?.name == .partialFailure)
            let record = try #require(try records(world).first { $0.status != .completed })
            #expect(record.status == .failed)
            #expect(record.lastError == SyncError.Name.fileUnavailable)
            #expect(record.pendingSince != nil)
        }
        world.simulator.removeFaults()
        #expect(try await world.run().filesCount == 1)
        #expect(world.differences() == [])
    }

    @Test(
        "quiet that the service asks for is kept, and nothing of the page is lost",
        arguments: [GoProFault.throttled, .throttledUntilDate]
    )
    func quiet(fault: GoProFault) async throws {
        var world = try GoProWorld((1...20).map { Samples.video($0) })
        sequential(&world)
        world.simulator.inject(fault, medium: Samples.id(7))
        world.simulator.inject(fault, medium: Samples.id(14), skip: 1)
        let begin = world.clock.now
        #expect(try await world.run().filesCount == 20)
        #expect(world.differences() == [])
        #expect(world.simulator.counters.impatientRequests == 0)
        #expect(begin.duration(to: world.clock.now) >= .seconds(13))
        #expect(
            world.simulator.counters.manifests == 40,
            "each is resolved once by the lister and once by the downloader"
        )
    }

    @Test("twenty requests in twenty seconds are enough, at the default pace", .timeLimit(.minutes(5)))
    func limited() async throws {
        var world = try GoProWorld((1...120).map { Samples.video($0) }) { $0.requestLimit = (20, 20) }
        sequential(&world)
        world.configuration.resolvesPerSecond = 2
        #expect(try await world.run().filesCount == 120)
        #expect(world.differences() == [])
        #expect(world.simulator.counters.impatientRequests == 0)
        #expect(world.simulator.counters.refusedRequests < 30)
    }

    @Test("quiet that outlasts a call of the lister ends its page and not the run")
    func longQuiet() async throws {
        var world = try GoProWorld((1...120).map { Samples.video($0) }) { $0.requestLimit = (20, 60) }
        sequential(&world)
        world.listerTime = .seconds(30)
        #expect(try await world.run().filesCount == 120)
        #expect(world.simulator.counters.impatientRequests == 0)
    }

    @Test("what is gone at the source is kept, unless somebody says otherwise")
    func keeps() async throws {
        let world = try GoProWorld((1...20).map { Samples.video($0) })
        try await world.run()
        world.library.delete(Samples.id(3))
        try await world.run(complete: true)
        #expect(world.differences().count == 1)
        #expect(world.differences().allSatisfy { $0.hasPrefix("unexpected") })
    }

    @Test("the library of another account is refused before anything is compared")
    func anotherAccount() async throws {
        let world = try GoProWorld((1...20).map { Samples.video($0) })
        try await world.run()
        let id = try #require(VaultID("gopro"))
        let state = try #require(try await world.records.state(of: id))
        let account = try #require(state.account)
        #expect(!account.contains("0000-4000"), "a fingerprint and not the id")
        let other = try GoProWorld(world, library: SimulatedMediaLibrary([Samples.video(50)])) {
            $0.userID = "somebody-else"
        }
        let error = await #expect(throws: SyncError.self) { try await other.run(complete: true, allowDeletions: true) }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("another account") == true)
        #expect(world.differences() == [])
    }

    @Test("a stall costs its file and not the run")
    func stall() async throws {
        let world = try GoProWorld((1...3).map { Samples.video($0, chapters: [300_000]) })
        world.simulator.inject(.bodyStalls, medium: Samples.id(2))
        #expect(try await world.run().filesCount == 3)
        #expect(world.differences() == [])
    }
}
