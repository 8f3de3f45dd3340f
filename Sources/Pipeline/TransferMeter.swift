import SyncCore
import Synchronization

/// Measures one transfer, also where several ranges of a file are read at once.
final class TransferMeter: Sendable {
    private struct State {
        var bytes: Int64 = 0
        var firstByte: Duration?
        var size: Int64?
        var streamHasEnded = false
    }

    private let uptime: @Sendable () -> Duration
    private let start: Duration
    private let received: @Sendable (Int) -> Void
    fileprivate let pace: @Sendable (Int) async throws -> Void
    private let state = Mutex(State())

    init(
        uptime: @escaping @Sendable () -> Duration,
        received: @escaping @Sendable (Int) -> Void = { _ in },
        pace: @escaping @Sendable (Int) async throws -> Void = { _ in }
    ) {
        self.uptime = uptime
        self.received = received
        self.pace = pace
        start = uptime()
    }

    /// The same content, measured while it is read.
    func metering(_ content: FileContent) -> FileContent {
        var metered = content
        metered.stream = MeteredStream(base: content.stream, meter: self, isWhole: true)
        metered.ranges = content.ranges.map { MeteredRanges(base: $0, meter: self) }
        return metered
    }

    func expect(_ size: Int64?) {
        state.withLock { $0.size = size }
    }

    fileprivate func count(_ bytes: Int) {
        received(bytes)
        state.withLock { state in
            state.bytes += Int64(bytes)
            if state.firstByte == nil, bytes > 0 { state.firstByte = uptime() - start }
        }
    }

    fileprivate func noteEnd() {
        state.withLock { $0.streamHasEnded = true }
    }

    /// Hands on what was measured; `isOver` says that nobody failed.
    func report(to metrics: SyncMetrics, isOver: Bool) {
        let state = state.withLock { $0 }
        // A file whose size is unknown is whole when its stream came to an end.
        let isWhole = state.size.map { $0 == state.bytes } ?? state.streamHasEnded
        metrics.transferred(
            bytes: state.bytes,
            in: uptime() - start,
            firstByte: state.firstByte,
            isWhole: isOver && isWhole
        )
    }
}

private struct MeteredRanges: RangedContent {
    let base: any RangedContent
    let meter: TransferMeter

    var size: Int64 { base.size }
    var validator: String { base.validator }

    func withRange<Result: Sendable>(
        _ range: Range<Int64>,
        _ body: (ByteStream) async throws -> Result
    ) async throws -> Result {
        try await base.withRange(range) { stream in
            try await body(MeteredStream(base: stream, meter: meter, isWhole: false))
        }
    }
}

private struct MeteredStream: AsyncSequence, Sendable {
    typealias Failure = any Error

    let base: ByteStream
    let meter: TransferMeter
    /// Whether it is the whole file, so that its end is the file's.
    let isWhole: Bool

    func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), meter: meter, isWhole: isWhole)
    }

    struct Iterator: AsyncIteratorProtocol {
        var base: any AsyncIteratorProtocol<[UInt8], any Error>
        let meter: TransferMeter
        let isWhole: Bool

        mutating func next() async throws -> [UInt8]? {
            try await next(isolation: nil)
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            let chunk = try await base.next(isolation: actor)
            if let chunk {
                meter.count(chunk.count)
                try await meter.pace(chunk.count)
            } else if isWhole {
                meter.noteEnd()
            }
            return chunk
        }
    }
}
