import Clocks
import Synchronization
import TestSupport
import TestWorld
import Testing

@testable import Downloading
@testable import SyncCore

/// Counts what is under way at once.
private final class Gauge: Sendable {
    private let counts = Mutex((now: 0, most: 0))
    private let expected: Int

    init(expecting expected: Int = 1) { self.expected = expected }

    var most: Int { counts.withLock { $0.most } }

    func hold() async {
        counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
        // As long as it takes until those who are expected are here, however few threads there are; then a while for others.
        for _ in 0..<100_000 where most < expected { await Task.yield() }
        for _ in 0..<30 { await Task.yield() }
        counts.withLock { $0.now -= 1 }
    }
}

@Suite("Many files at once")
struct ConcurrencyTests {
    private func world(files: Int, fetches: Int, expected: Int = 1) -> (World, Gauge) {
        let world = World.withNotes()
        for number in 0..<files { world.write("text \(number)", to: "\(number).md") }
        world.library.setFaults { $0.concurrentFetches = fetches }
        let gauge = Gauge(expecting: expected)
        world.library.setBeforeContent { _ in await gauge.hold() }
        return (world, gauge)
    }

    @Test(
        "as many are fetched at once as the source gives, and no more than is set",
        arguments: [(1, 1), (5, 5), (50, 16)]
    )
    func fetches(given: Int, expected: Int) async throws {
        let (world, gauge) = world(files: 60, fetches: given, expected: expected)
        #expect(try await world.download(world.firstBatch).files == 60)
        #expect(gauge.most == expected)
        #expect(world.texts.count == 60)
        #expect(world.mirror.writes == 60)
    }

    @Test(
        "ranges of all files together are no more than the source gives, and those of one no more than is set",
        arguments: [(1, 1), (2, 2), (5, 3), (16, 6)]
    )
    func ranges(given: Int, expected: Int) async throws {
        let world = World.withVideo()
        world.library.write(World.video, to: VaultPath("another.mp4"), in: .notes, statesHash: false)
        world.library.setFaults { $0.concurrentFetches = given }
        let gauge = Gauge(expecting: expected)
        world.library.setRangeHook { _, _, _ in
            await gauge.hold()
            return nil
        }
        #expect(try await world.download(world.firstBatch).files == 2)
        #expect(gauge.most == expected)
    }

    @Test("a repeated batch fetches and writes nothing")
    func repeated() async throws {
        let (world, _) = world(files: 30, fetches: 16)
        let batch = try await world.firstBatch
        let first = try await world.download(batch)
        let (sent, writes) = (world.library.contentsSent, world.mirror.writes)
        #expect(try await world.download(batch) == first)
        #expect((world.library.contentsSent, world.mirror.writes) == (sent, writes))
    }

    @Test("with memory short, the same work is done one file after the other")
    func shortMemory() async throws {
        var (world, gauge) = world(files: 40, fetches: 16)
        world.downloading.sampleResources = { ResourceUsage(memory: 0.9) }
        #expect(try await world.download(world.firstBatch).files == 40)
        #expect(gauge.most == 1)
    }

    @Test("files that are heavier than what may be under way arrive all the same")
    func heavy() async throws {
        var (world, gauge) = world(files: 10, fetches: 16)
        world.downloading.bytesInFlight = 1
        #expect(try await world.download(world.firstBatch).files == 10)
        #expect(gauge.most == 1)
    }

    @Test("a body that breaks off is fetched again in the same session")
    func brokenBody() async throws {
        let (world, _) = world(files: 10, fetches: 4)
        world.library.setFaults { $0.breaks[VaultPath("3.md")] = 2 }
        let batch = try await world.firstBatch
        let sessions = world.library.sessions
        #expect(try await world.download(batch).files == 10)
        #expect(world.library.sessions == sessions + 1)
    }

    @Test("a file that breaks again and again fails alone")
    func poisonedFile() async throws {
        let (world, _) = world(files: 10, fetches: 4)
        world.library.setFaults { $0.breaks[VaultPath("3.md")] = 1000 }
        let output = try await world.download(world.firstBatch)
        #expect((output.files, output.failed) == (9, 1))
        #expect(world.record("3.md")?.lastError == "SourceUnavailable")
    }

    @Test("a deadline ends what is begun, and nothing more")
    func deadline() async throws {
        let (world, _) = world(files: 40, fetches: 4)
        let batch = try await world.firstBatch
        world.library.setBeforeContent { [clock = world.clock] _ in clock.advance(by: .seconds(1)) }
        let first = try await world.download(batch, deadline: world.clock.now.advanced(by: .seconds(10)))
        #expect(first.status == .partial)
        #expect((10...14).contains(first.files))
        #expect(try await world.download(batch).files == 40)
        #expect(world.library.contentsSent == 40)
    }
}

@Suite("How much is done at once")
struct AdaptiveLimitTests {
    @Test("being asked for fewer requests halves it once for all that was under way; success raises it step by step")
    func halvesAndRecovers() {
        let limit = AdaptiveLimit(8)
        let pace = limit.pace
        limit.throttled(at: pace)
        limit.throttled(at: pace)
        #expect(limit.current == 4)
        for _ in 0..<4 { limit.succeeded() }
        #expect(limit.current == 5)
        for _ in 0..<100 { limit.succeeded() }
        #expect(limit.current == 8)
        for _ in 0..<10 { limit.throttled(at: limit.pace) }
        #expect(limit.current == 1)
    }

    @Test("a session asked for fewer requests does the same work with fewer at once")
    func session() async throws {
        let world = World.withNotes()
        for number in 0..<60 { world.write("text \(number)", to: "\(number).md") }
        world.library.setFaults { $0.concurrentFetches = 16 }
        let asked = Mutex(0)
        let gauge = Gauge()
        world.library.setBeforeContent { _ in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            if number <= 20 { throw SyncError(.throttled, "", retryAfter: .milliseconds(1)) }
            // Those that were refused come again all the same; from then on there are fewer.
            if number > 36 { await gauge.hold() }
        }
        #expect(try await world.download(world.firstBatch).files == 60)
        #expect((2..<14).contains(gauge.most))
    }
}

@Suite("Memory that runs short")
struct MemoryGovernorTests {
    @Test("above four fifths new work waits, below three fifths it goes on, and samples are five seconds apart")
    func hysteresis() {
        let clock = InstantClock()
        let usage = Mutex(0.5)
        let samples = Mutex(0)
        let governor = MemoryGovernor(
            {
                samples.withLock { $0 += 1 }
                return ResourceUsage(memory: usage.withLock { $0 })
            },
            clock: clock
        )
        for (next, isOpen) in [(0.5, true), (0.79, true), (0.81, false), (0.7, false), (0.59, true), (0.7, true)] {
            usage.withLock { $0 = next }
            clock.advance(by: .seconds(5))
            #expect(governor.isOpen == isOpen)
            #expect(governor.isOpen == isOpen)
        }
        #expect(samples.withLock { $0 } == 6)
    }

    @Test("a full folder for temporary files counts as well")
    func temporaryFiles() {
        let governor = MemoryGovernor({ ResourceUsage(memory: 0.1, temporaryFiles: 0.95) }, clock: InstantClock())
        #expect(!governor.isOpen)
    }
}

@Suite("Trying again within a call")
struct RetryAllowanceTests {
    private func allowance(_ change: (inout DownloadSettings) -> Void = { _ in }) -> RetryAllowance {
        var settings = DownloadSettings()
        settings.random = { 0.5 }
        change(&settings)
        return RetryAllowance(
            settings,
            clock: InstantClock(),
            deadline: InstantClock.start.advanced(by: .seconds(60))
        )
    }

    private let error = SyncError(.sourceUnavailable, "")

    @Test("the wait is drawn from a bound that doubles, and is never shorter than somebody asks for")
    func waits() {
        let allowance = allowance { $0.attempts = 10 }
        #expect(allowance.pause(after: error, attempt: 1) == .milliseconds(250))
        #expect(allowance.pause(after: error, attempt: 3) == .seconds(1))
        #expect(allowance.pause(after: error, attempt: 9) == .seconds(10))
        let asked = SyncError(.throttled, "", retryAfter: .seconds(7))
        #expect(allowance.pause(after: asked, attempt: 1) == .seconds(7))
    }

    @Test("there is an end to it: by attempts, by the call's allowance, by the deadline, and for what cannot pass")
    func ends() {
        #expect(allowance().pause(after: error, attempt: 4) == nil)
        #expect(allowance().pause(after: SyncError(.corruptContent, ""), attempt: 1) == nil)
        let late = SyncError(.throttled, "", retryAfter: .seconds(60))
        #expect(allowance().pause(after: late, attempt: 1) == nil)
        let poor = allowance { $0.retryAllowance = 2 }
        #expect((0..<4).map { _ in poor.pause(after: error, attempt: 1) != nil } == [true, true, false, false])
    }
}
