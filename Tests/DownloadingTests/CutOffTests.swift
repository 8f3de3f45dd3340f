import Clocks
import Synchronization
import TestSupport
import TestWorld
import Testing

@testable import Downloading
@testable import SyncCore

@Suite("What is under way when the process is about to end")
struct CutOffTests {
    private let clock = PatientClock()
    private var deadline: Timestamp { InstantClock.start.advanced(by: .seconds(870)) }
    private var end: Timestamp { InstantClock.start.advanced(by: .seconds(900)) }

    private func download(_ world: World, _ batch: BatchReference) async throws -> DownloadOutput {
        var ports = try await world.ports
        ports.clock = clock
        let download = DownloadBatch(ports, settings: world.downloading, makeHasher: { FingerprintHasher() })
        let input = DownloadInput(run: .first, request: SyncRequest(), batch: batch)
        return try await download(input, deadline: deadline, end: end, logger: .quiet)
    }

    /// Goes on as another process does a day later.
    private func downloadLater(_ world: World, _ batch: BatchReference) async throws -> DownloadOutput {
        world.library.setRangeHook(nil)
        world.library.setBeforeContent(nil)
        world.clock.advance(by: .seconds(24 * 3600))
        return try await world.download(batch)
    }

    /// Lets ranges hang from one on; the time is up as soon as so many do.
    private func hang(_ world: World, after count: Int, atOnce: Int = 3) {
        let hanging = Mutex(0)
        world.library.setRangeHook { [clock, deadline] _, _, number in
            guard number > count else { return nil }
            let hang = hanging.withLock { hanging in
                hanging += 1
                return hanging
            }
            if hang == atOnce { clock.advance(to: deadline.advanced(by: .seconds(20))) }
            try await clock.sleep(until: deadline.advanced(by: .seconds(3600)), tolerance: nil)
            return nil
        }
    }

    @Test("the time after the deadline is for finishing; a part of it is kept for the answer")
    func division() {
        let cutOff = CutOff(deadline: deadline, end: end)
        #expect(deadline.duration(to: cutOff.parts) == .seconds(20))
        #expect(cutOff.everything.duration(to: end) == .seconds(5))
        #expect(cutOff.cleanUp.duration(to: end) == .seconds(3))
        let none = CutOff(deadline: end, end: deadline)
        #expect(none.parts == end)
    }

    @Test("ranges that do not come are given up in time, and their file is gone on with")
    func ranges() async throws {
        let world = World.withVideo()
        let batch = try await world.firstBatch
        hang(world, after: 7)
        #expect(try await download(world, batch).status == .partial)
        #expect(clock.now < end)
        let record = try #require(world.record("video.mp4"))
        #expect(record.status == .inProgress)
        #expect(record.checkpoint?.checksums.count == 7)
        #expect(try await downloadLater(world, batch).files == 1)
        #expect(world.videoBytes == World.video)
        #expect(world.library.rangeBytesSent == 38_500)
        #expect(world.mirror.uploadsBegun == 1)
    }

    @Test("parts that come before that are stored although the deadline has passed")
    func lateParts() async throws {
        var world = World.withVideo()
        world.downloading.upload.partsInFlight = 1
        let batch = try await world.firstBatch
        world.library.setRangeHook { [clock, deadline] _, _, number in
            if number == 3 { clock.advance(to: deadline.advanced(by: .seconds(19))) }
            return nil
        }
        #expect(try await download(world, batch).status == .partial)
        #expect(world.library.rangeBytesSent == 3 * 2000)
        #expect(try await downloadLater(world, batch).files == 1)
        #expect(world.library.rangeBytesSent == 38_500)
    }

    @Test("a part that would take longer than there is time is not begun, and its file is left to the next call")
    func tooSlow() async throws {
        var world = World.withVideo()
        world.downloading.upload.partsInFlight = 1
        let batch = try await world.firstBatch
        let sessions = world.library.sessions
        world.library.setRangeHook { [clock] _, _, _ in
            clock.advance(to: clock.now.advanced(by: .seconds(60)))
            return nil
        }
        #expect(try await download(world, batch).status == .partial)
        #expect(InstantClock.start.duration(to: clock.now) == .seconds(840))
        #expect(world.library.sessions == sessions + 1)
        #expect(try await downloadLater(world, batch).files == 1)
        #expect(world.library.rangeBytesSent == 38_500)
    }

    @Test("the first part has the line for itself; then as many are begun as would come in time sharing it")
    func sharedLine() async throws {
        let world = World.withVideo()
        let batch = try await world.firstBatch
        let begun = Mutex(0)
        world.library.setRangeHook { [clock] _, _, number in
            begun.withLock { $0 += 1 }
            for _ in 0..<100 { await Task.yield() }
            #expect(begun.withLock { $0 } == number)
            clock.advance(to: clock.now.advanced(by: .seconds(300)))
            return nil
        }
        // A third beside the second might take 600 seconds, and one after it would end after the time was up.
        #expect(try await download(world, batch).status == .partial)
        #expect(begun.withLock { $0 } == 2)
    }

    @Test("a call in which nothing came says so instead of asking for the next one at once")
    func nothing() async throws {
        let world = World.withVideo()
        let batch = try await world.firstBatch
        hang(world, after: 0, atOnce: 1)
        let error = await #expect(throws: SyncError.self) { try await download(world, batch) }
        #expect(error?.name == .sourceUnavailable)
        #expect(clock.now < end)
        #expect(try await downloadLater(world, batch).files == 1)
        #expect(world.mirror.uploadsBegun == 1)
    }

    @Test("a session that does not open is given up in time", arguments: [false, true])
    func opening(afterFirst: Bool) async throws {
        var world = World.withNotes(["a.md": "one", "b.md": "two"])
        world.downloading.sessionBackoff = Backoff(first: .zero)
        let batch = try await world.firstBatch
        let openings = Mutex(0)
        world.library.setBeforeOpening { [clock, end] in
            let opening = openings.withLock { openings in
                openings += 1
                return openings
            }
            if afterFirst, opening == 1 { return }
            clock.advance(to: end.advanced(by: .seconds(-5)))
            try await clock.sleep(until: end.advanced(by: .seconds(3600)), tolerance: nil)
        }
        if afterFirst { world.library.setFaults { $0.breaks[VaultPath("b.md")] = 1 } }
        if afterFirst {
            let output = try await download(world, batch)
            #expect((output.status, output.files) == (.partial, 1))
        } else {
            let error = await #expect(throws: SyncError.self) { try await download(world, batch) }
            #expect(error?.name == .sourceUnavailable)
        }
        #expect(clock.now < end)
        world.library.setBeforeOpening(nil)
        #expect(try await downloadLater(world, batch).files == 2)
    }

    @Test("a body that does not come is given up in time, and fetched by the next call", arguments: [1, 16])
    func bodies(concurrentFetches: Int) async throws {
        let world = World.withNotes(["a.md": "one", "b.md": "two", "c.md": "three"])
        world.library.setFaults { $0.concurrentFetches = concurrentFetches }
        let batch = try await world.firstBatch
        world.library.setBeforeContent { [clock, end] entry in
            guard entry.path == VaultPath("c.md") else { return }
            clock.advance(to: end.advanced(by: .seconds(-5)))
            try await clock.sleep(until: end.advanced(by: .seconds(3600)), tolerance: nil)
        }
        let output = try await download(world, batch)
        #expect(output.status == .partial)
        #expect(output.files == 2)
        #expect(clock.now < end)
        #expect(try await downloadLater(world, batch).files == 3)
        #expect(world.texts["Notes/c.md"] == "three")
    }
}
