package import CoreMetrics

/// What the use cases measure. Where it goes is the factory's affair; by default nowhere.
package struct SyncMetrics: Sendable {
    /// The throughput of anything smaller tells how long an answer takes, and nothing about the way.
    package static let smallestForThroughput: Int64 = 1 << 20

    private let factory: any MetricsFactory
    private let filesSynced: Counter
    private let bytesTransferred: Counter
    private let transferDuration: CoreMetrics.Timer
    private let transferThroughput: Recorder
    private let timeToFirstByte: CoreMetrics.Timer
    private let filesPending: Recorder
    private let oldestPendingAge: Recorder
    private let lastCompleteAge: Recorder
    private let attentionNeeded: Recorder
    private let recoveries: Counter
    private let memoryUsed: Recorder
    private let tokenHoursLeft: Recorder
    private let tokenRefreshes: Counter
    private let alertsFailed: Counter

    /// Makes the metrics of one deployment.
    package init(factory: any MetricsFactory = NOOPMetricsHandler.instance) {
        func counter(_ name: MetricName) -> Counter { Counter(label: name.rawValue, factory: factory) }
        func timer(_ name: MetricName) -> CoreMetrics.Timer { .init(label: name.rawValue, factory: factory) }
        func recorder(_ name: MetricName) -> Recorder { Recorder(label: name.rawValue, factory: factory) }
        self.factory = factory
        filesSynced = counter(.filesSynced)
        bytesTransferred = counter(.bytesTransferred)
        transferDuration = timer(.transferDuration)
        transferThroughput = recorder(.transferThroughput)
        timeToFirstByte = timer(.timeToFirstByte)
        filesPending = recorder(.filesPending)
        oldestPendingAge = recorder(.oldestPendingAge)
        lastCompleteAge = recorder(.lastCompleteAge)
        attentionNeeded = recorder(.attentionNeeded)
        recoveries = counter(.recoveries)
        memoryUsed = recorder(.memoryUsed)
        tokenHoursLeft = recorder(.tokenHoursLeft)
        tokenRefreshes = counter(.tokenRefreshes)
        alertsFailed = counter(.alertsFailed)
    }

    /// Counts what an event tells.
    package func observe(_ event: SyncEvent) {
        switch event {
        case .stored: filesSynced.increment()
        // Whether a file that fails is given up is known when the vault is settled.
        case .listing, .listed, .unchanged, .planned, .received, .copied, .deleted, .refusedDeletion, .failed:
            break
        }
    }

    /// Counts files that are given up, or a vault. What is gone at the source has not failed.
    package func failed(_ error: SyncError.Name, count number: Int = 1) {
        guard error != .sourceGone, number > 0 else { return }
        count(.syncFailures, error, number)
    }

    /// Counts files, a batch or an invocation that failed and is tried again within the run.
    package func recovering(count number: Int = 1) {
        if number > 0 { recoveries.increment(by: number) }
    }

    /// How long ago a vault was complete for the last time.
    package func lastComplete(_ age: Duration) {
        lastCompleteAge.record(max(0, age / .seconds(1)))
    }

    /// How much needs somebody's attention at the end of a run.
    package func attention(_ count: Int) {
        attentionNeeded.record(count)
    }

    /// One file's content, as far as it was read.
    ///
    /// - Parameters:
    ///   - bytes: how many were read.
    ///   - duration: the time that they took.
    ///   - firstByte: the time to the first of them; nil when none came.
    ///   - isWhole: whether that was all of it.
    package func transferred(bytes: Int64, in duration: Duration, firstByte: Duration?, isWhole: Bool) {
        if bytes > 0 { bytesTransferred.increment(by: bytes) }
        if let firstByte { timeToFirstByte.recordNanoseconds(firstByte.wholeNanoseconds) }
        guard isWhole else { return }
        transferDuration.recordNanoseconds(duration.wholeNanoseconds)
        guard bytes >= Self.smallestForThroughput, duration > .zero else { return }
        transferThroughput.record(Double(bytes) / (duration / .seconds(1)))
    }

    /// What waits in one vault to be fetched again.
    ///
    /// - Parameters:
    ///   - files: how many files.
    ///   - oldest: how long the oldest has been waiting; nil when none waits.
    package func pending(files: Int, oldest: Duration?) {
        filesPending.record(files)
        if let oldest { oldestPendingAge.record(max(0, oldest / .seconds(1))) }
    }

    /// The most memory that the process has held so far.
    package func memory(bytes: Int64) {
        memoryUsed.record(Double(bytes) / Double(1 << 20))
    }

    /// How long a token is still good that is not renewed by itself.
    package func tokenLeft(_ time: Duration) {
        tokenHoursLeft.record(max(0, time / .seconds(3600)))
    }

    /// Counts a new token that was stored.
    package func tokenRefreshed() {
        tokenRefreshes.increment()
    }

    /// Counts an alert that could not be delivered.
    package func alertFailed() {
        alertsFailed.increment()
    }

    /// Counts a run that could not be authenticated, unless the cause may pass by itself or lies in the request.
    package func authenticationFailed(_ error: SyncError) {
        guard !error.isRetryable, error.name != .invalidInput else { return }
        count(.authenticationFailures, error.name)
    }

    private func count(_ name: MetricName, _ error: SyncError.Name, _ number: Int = 1) {
        let dimensions = name.breakdown.map { [($0, error.rawValue)] } ?? []
        Counter(label: name.rawValue, dimensions: dimensions, factory: factory).increment(by: number)
    }
}

extension Duration {
    fileprivate var wholeNanoseconds: Int64 {
        Int64(self / .nanoseconds(1))
    }
}
