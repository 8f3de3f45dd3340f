import CoreMetrics
import MetricsTestKit
import Testing

@testable import SyncCore

@Suite("metrics of the use cases")
struct SyncMetricsTests {
    private let sink = TestMetrics()
    private var metrics: SyncMetrics { SyncMetrics(factory: sink) }

    private func total(_ name: MetricName, _ dimensions: [(String, String)] = []) -> Int64 {
        sink.counterTotal(label: name.rawValue, dimensions: dimensions)
    }

    private func values(_ name: MetricName) -> [Double] {
        sink.recorders(label: name.rawValue).flatMap(\.values)
    }

    private func nanoseconds(_ name: MetricName) -> [Int64] {
        sink.timers(label: name.rawValue).flatMap(\.values)
    }

    @Test("a stored file is counted, one that is given up by its error, what is gone at the source not at all")
    func events() {
        let path = VaultPath("a.md")
        let metrics = metrics
        metrics.observe(.stored(vault: "v", path: path, bytes: 7))
        metrics.observe(.copied(vault: "v", path: path))
        metrics.observe(.failed(vault: "v", path: path, error: .corruptContent))
        #expect(sink.counterTotal(label: "SyncFailures") == 0, "it may be tried again")
        metrics.failed(.corruptContent)
        metrics.failed(.sourceGone)
        metrics.recovering(count: 2)
        #expect(total(.recoveries) == 2)
        #expect(total(.filesSynced) == 1)
        #expect(total(.syncFailures, [("ErrorType", "CorruptContent")]) == 1)
        #expect(sink.counterTotal(label: "SyncFailures") == 1)
    }

    @Test("a whole transfer has a duration, a throughput and a time to its first byte")
    func wholeTransfer() {
        metrics.transferred(bytes: 3_000_000, in: .milliseconds(1500), firstByte: .milliseconds(20), isWhole: true)
        #expect(total(.bytesTransferred) == 3_000_000)
        #expect(nanoseconds(.transferDuration) == [1_500_000_000])
        #expect(nanoseconds(.timeToFirstByte) == [20_000_000])
        #expect(values(.transferThroughput) == [2_000_000])
    }

    @Test("a file that is too small to tell anything about the way has no throughput")
    func smallFile() {
        metrics.transferred(bytes: (1 << 20) - 1, in: .seconds(1), firstByte: nil, isWhole: true)
        #expect(values(.transferThroughput).isEmpty)
        metrics.transferred(bytes: 1 << 20, in: .seconds(1), firstByte: nil, isWhole: true)
        #expect(values(.transferThroughput) == [1_048_576])
    }

    @Test("a transfer that broke counts its bytes only; an empty file takes no time and has no throughput")
    func brokenTransfer() {
        metrics.transferred(bytes: 5, in: .seconds(1), firstByte: nil, isWhole: false)
        #expect(total(.bytesTransferred) == 5)
        #expect(nanoseconds(.transferDuration).isEmpty)
        metrics.transferred(bytes: 0, in: .zero, firstByte: nil, isWhole: true)
        #expect(nanoseconds(.transferDuration) == [0])
        #expect(values(.transferThroughput).isEmpty)
    }

    @Test("gauges are in the units that their names promise")
    func gauges() {
        metrics.lastComplete(.seconds(7200))
        metrics.lastComplete(.seconds(-1))
        #expect(values(.lastCompleteAge) == [7200, 0])
        metrics.pending(files: 3, oldest: .seconds(90))
        metrics.pending(files: 0, oldest: nil)
        metrics.memory(bytes: 64 << 20)
        metrics.tokenLeft(.seconds(36 * 3600))
        metrics.tokenLeft(.seconds(-5))
        #expect(values(.filesPending) == [3, 0])
        #expect(values(.oldestPendingAge) == [90])
        #expect(values(.memoryUsed) == [64])
        #expect(values(.tokenHoursLeft) == [36, 0])
    }

    @Test("an authentication that failed for good is counted by its cause; what may pass is not")
    func authentication() {
        metrics.authenticationFailed(SyncError(.authenticationFailed, ""))
        metrics.authenticationFailed(SyncError(.subscriptionExpired, ""))
        metrics.authenticationFailed(SyncError(.sourceUnavailable, ""))
        metrics.authenticationFailed(SyncError(.invalidInput, ""))
        metrics.tokenRefreshed()
        metrics.alertFailed()
        #expect(sink.counterTotal(label: "AuthenticationFailures") == 2)
        #expect(total(.authenticationFailures, [("Cause", "SubscriptionExpired")]) == 1)
        #expect(total(.tokenRefreshes) == 1)
        #expect(total(.alertsFailed) == 1)
    }

    @Test("names are spelled as alarms know them, and each once")
    func names() {
        #expect(MetricName.allCases.count == 16)
        for name in MetricName.allCases {
            #expect(name.rawValue.lowercased() == "\(name)".lowercased())
        }
        #expect(MetricName.allCases.filter { $0.breakdown != nil } == [.syncFailures, .authenticationFailures])
    }
}
