package import Clocks
package import CoreMetrics
import SyncCore
import Synchronization

/// Collects what is measured during an invocation, and writes it as one document of CloudWatch's embedded metric format.
///
/// Counters add up, timers (in milliseconds) and recorders keep every value. An invocation works off at most one batch,
/// so there are a few hundred values at the most. Nothing outlives a flush: what the next invocation measures starts
/// from nothing.
///
/// Lambda takes the documents from standard output, a line each. Where the function's logs are in JSON, its filter takes
/// a line without a level for one of level INFO: a filter above that drops them.
package final class EmbeddedMetrics: MetricsFactory {
    private let deployment: String
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable ([UInt8]) -> Void
    private let series = Mutex<[MetricSeries.Key: MetricSeries]>([:])

    /// Makes an empty collection.
    ///
    /// - Parameters:
    ///   - deployment: the value of the dimension `Deployment`.
    ///   - now: the time of a document.
    ///   - write: takes one line with its line feed.
    package init(
        deployment: String,
        now: @escaping @Sendable () -> Timestamp = { SystemClock().now },
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.deployment = deployment
        self.now = now
        self.write = write
    }

    /// Writes what was measured since the last time; nothing where that is nothing.
    ///
    /// One document holds it all unless the format does not allow that: a metric has one value, or 100 at most, and
    /// a dimension has one value in a document.
    package func flush() {
        let measured = series.withLock { series in
            defer { series = [:] }
            return series
        }
        let documents = EmbeddedMetricDocument.documents(
            of: measured.values.sorted { $0.key < $1.key },
            deployment: deployment,
            at: now()
        )
        for document in documents { write(document.line) }
    }

    fileprivate func record(_ value: Double, _ kind: MetricSeries.Kind, in key: MetricSeries.Key) {
        // Neither infinity nor not-a-number can be written in JSON.
        guard value.isFinite else { return }
        series.withLock { $0[key, default: MetricSeries(key: key)].record(value, kind) }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Instrument(label, dimensions, .sum, self)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Instrument(label, dimensions, .last, self)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        Instrument(label, dimensions, aggregate ? .distribution : .last, self)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Instrument(label, dimensions, .distribution, self)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}

/// One metric's way into the collection.
private final class Instrument: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let key: MetricSeries.Key
    private let kind: MetricSeries.Kind
    private let metrics: EmbeddedMetrics

    init(_ label: String, _ dimensions: [(String, String)], _ kind: MetricSeries.Kind, _ metrics: EmbeddedMetrics) {
        key = MetricSeries.Key(name: label, dimensions: dimensions.map { .init(name: $0.0, value: $0.1) })
        self.kind = kind
        self.metrics = metrics
    }

    func increment(by amount: Int64) { metrics.record(Double(amount), kind, in: key) }
    func increment(by amount: Double) { metrics.record(amount, .sum, in: key) }
    func decrement(by amount: Double) { metrics.record(-amount, .sum, in: key) }
    func reset() { metrics.reset(key) }
    func set(_ value: Int64) { metrics.record(Double(value), kind, in: key) }
    func set(_ value: Double) { metrics.record(value, kind, in: key) }
    func record(_ value: Int64) { metrics.record(Double(value), kind, in: key) }
    func record(_ value: Double) { metrics.record(value, kind, in: key) }
    func recordNanoseconds(_ duration: Int64) { metrics.record(Double(duration) / 1_000_000, kind, in: key) }
}

extension EmbeddedMetrics {
    fileprivate func reset(_ key: MetricSeries.Key) {
        series.withLock { $0[key] = nil }
    }
}
