import Clocks
import MetricsTestKit
import Synchronization
import TestSupport
import Testing

@testable import Pipeline
@testable import SyncCore

@Suite("measuring a transfer")
struct TransferMeterTests {
    /// Goes on by ten milliseconds at each look.
    private final class Watch: Sendable {
        private let looks = Mutex(0)
        func now() -> Duration {
            looks.withLock { count in
                defer { count += 1 }
                return .milliseconds(10 * count)
            }
        }
    }

    private struct Ranges: RangedContent {
        let bytes: [UInt8]
        var size: Int64 { Int64(bytes.count) }
        let validator = "v1"

        func withRange<Result: Sendable>(
            _ range: Range<Int64>,
            _ body: (ByteStream) async throws -> Result
        ) async throws -> Result {
            let part = bytes[Int(range.lowerBound)..<Int(range.upperBound)]
            return try await body(Replay(part, chunkSize: 3))
        }
    }

    private let sink = TestMetrics()
    private let watch = Watch()
    private func meter() -> TransferMeter { TransferMeter(uptime: { [watch] in watch.now() }) }
    private func report(_ meter: TransferMeter, isOver: Bool = true) {
        meter.report(to: SyncMetrics(factory: sink), isOver: isOver)
    }

    private func read(_ stream: ByteStream) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) { bytes += chunk }
        return bytes
    }

    private var durations: [Int64] { sink.timers(label: "TransferDuration").flatMap(\.values) }
    private var firstBytes: [Int64] { sink.timers(label: "TimeToFirstByte").flatMap(\.values) }

    @Test("the bytes pass unchanged, and their times are told")
    func stream() async throws {
        let meter = meter()
        meter.expect(5)
        let content = meter.metering(FileContent(size: 5, stream: Replay([1, 2, 3, 4, 5], chunkSize: 2)))
        #expect(try await read(content.stream) == [1, 2, 3, 4, 5])
        report(meter)
        #expect(firstBytes == [10_000_000])
        #expect(durations == [20_000_000])
        #expect(sink.counterTotal(label: "BytesTransferred") == 5)
    }

    @Test("ranges add up to one transfer, whose first byte is that of the first range")
    func ranges() async throws {
        let meter = meter()
        let whole = Ranges(bytes: Array(0..<10))
        meter.expect(10)
        let content = meter.metering(FileContent(size: 10, stream: Replay([], chunkSize: 1), ranges: whole))
        let ranges = try #require(content.ranges)
        #expect(ranges.size == 10)
        #expect(ranges.validator == "v1")
        for range in [Int64(0)..<4, 4..<10] {
            let bytes = try await ranges.withRange(range) { try await read($0) }
            #expect(bytes == range.map { UInt8($0) })
        }
        report(meter)
        #expect(sink.counterTotal(label: "BytesTransferred") == 10)
        #expect(firstBytes.count == 1)
        #expect(durations.count == 1)
    }

    @Test("half a file has bytes, and no duration", arguments: [true, false])
    func half(isOver: Bool) async throws {
        let meter = meter()
        meter.expect(4)
        _ = try await read(meter.metering(FileContent(size: 4, stream: Replay([1, 2], chunkSize: 1))).stream)
        report(meter, isOver: isOver)
        #expect(sink.counterTotal(label: "BytesTransferred") == 2)
        #expect(durations.isEmpty)
    }

    @Test("a file of unknown size is whole when its stream has ended, not when it was left")
    func unknownSize() async throws {
        let left = meter()
        var chunks = left.metering(FileContent(size: nil, stream: Replay([1, 2], chunkSize: 1))).stream
            .makeAsyncIterator()
        _ = try await chunks.next(isolation: nil)
        report(left)
        #expect(durations.isEmpty)
        let read = meter()
        _ = try await self.read(read.metering(FileContent(size: nil, stream: Replay([1, 2], chunkSize: 1))).stream)
        report(read)
        #expect(durations.count == 1)
    }
}
