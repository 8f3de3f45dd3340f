import Clocks
import CoreMetrics
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import AWSAdapters

@Suite("metrics in the embedded metric format")
struct EmbeddedMetricsTests {
    /// What was written, line by line.
    private final class Output: Sendable {
        private let lines = Mutex<[[UInt8]]>([])

        func write(_ line: [UInt8]) { lines.withLock { $0.append(line) } }

        var texts: [String] { lines.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }

        /// All documents, each checked against the format's rules.
        var documents: [PublishedMetrics] {
            get throws { try lines.withLock { $0 }.map { try #require(try PublishedMetrics(line: $0)) } }
        }
    }

    private let output = Output()
    private let embedded: EmbeddedMetrics
    private let base = ["Deployment": "test"]

    init() {
        let output = output
        embedded = EmbeddedMetrics(
            deployment: "test",
            now: { Timestamp(milliseconds: 1_795_248_000_000) },
            write: { output.write($0) }
        )
    }

    private var metrics: SyncMetrics { SyncMetrics(factory: embedded) }

    @Test("one invocation gives one line, character for character")
    func exactDocument() {
        let metrics = metrics
        metrics.observe(.stored(vault: "v", path: VaultPath("a.md"), bytes: 1))
        metrics.transferred(bytes: 2_000_000, in: .milliseconds(250), firstByte: .milliseconds(12.5), isWhole: true)
        embedded.flush()
        let expected =
            #"{"BytesTransferred":2000000,"Deployment":"test","FilesSynced":1,"TimeToFirstByte":12.5,"#
            + #""TransferDuration":250,"TransferThroughput":8000000,"_aws":{"CloudWatchMetrics":[{"#
            + #""Dimensions":[["Deployment"]],"Metrics":[{"Name":"BytesTransferred","Unit":"Bytes"},"#
            + #"{"Name":"FilesSynced","Unit":"Count"},{"Name":"TimeToFirstByte","Unit":"Milliseconds"},"#
            + #"{"Name":"TransferDuration","Unit":"Milliseconds"},"#
            + #"{"Name":"TransferThroughput","Unit":"Bytes/Second"}],"Namespace":"Obsync"}],"#
            + #""Timestamp":1795248000000}}"# + "\n"
        #expect(output.texts == [expected])
    }

    @Test("nothing is written where nothing was measured, and nothing a second time")
    func resets() throws {
        let metrics = metrics
        embedded.flush()
        #expect(output.texts.isEmpty)
        metrics.tokenRefreshed()
        metrics.tokenRefreshed()
        embedded.flush()
        embedded.flush()
        metrics.tokenRefreshed()
        embedded.flush()
        #expect(try output.documents.map { $0.values(.tokenRefreshes, base) } == [[2], [1]])
    }

    @Test("a failure counts in its deployment and under its type")
    func breakdown() throws {
        metrics.observe(.stored(vault: "v", path: VaultPath("a.md"), bytes: 1))
        metrics.failed(.corruptContent)
        metrics.failed(.corruptContent)
        embedded.flush()
        let document = try #require(try output.documents.first)
        #expect(try output.documents.count == 1)
        #expect(document.values(.syncFailures, base) == [2])
        #expect(document.values(.syncFailures, ["Deployment": "test", "ErrorType": "CorruptContent"]) == [2])
        #expect(document.values(.filesSynced, base) == [1])
        #expect(document.metrics.count == 3)
    }

    @Test("failures of several types take a document each, and add up in the deployment")
    func severalTypes() throws {
        let names: [SyncError.Name] = [.corruptContent, .throttled, .nameRefused]
        for name in names { metrics.failed(name) }
        metrics.authenticationFailed(SyncError(.subscriptionExpired, ""))
        embedded.flush()
        let documents = try output.documents
        #expect(documents.count == names.count, "the cause fits beside the first type")
        #expect(documents.compactMap { $0.values(.syncFailures, base) }.joined().reduce(0, +) == 3)
        for name in names {
            let dimensions = ["Deployment": "test", "ErrorType": name.rawValue]
            #expect(documents.compactMap { $0.values(.syncFailures, dimensions) } == [[1]])
        }
        let cause = ["Deployment": "test", "Cause": "SubscriptionExpired"]
        #expect(documents.compactMap { $0.values(.authenticationFailures, cause) } == [[1]])
    }

    @Test("more than a hundred values go into further documents, none is lost")
    func manyValues() throws {
        for index in 1...250 {
            metrics.transferred(bytes: 1, in: .milliseconds(index), firstByte: .milliseconds(1), isWhole: true)
        }
        embedded.flush()
        let documents = try output.documents
        #expect(documents.count == 3)
        let values = documents.compactMap { $0.values(.transferDuration, base) }
        #expect(values.map(\.count) == [100, 100, 50])
        #expect(values.joined().map { $0.rounded() }.elementsEqual((1...250).map(Double.init)))
        #expect(documents.compactMap { $0.values(.bytesTransferred, base) } == [[250]])
    }

    @Test("more than a hundred metrics go into further documents")
    func manyMetrics() throws {
        for index in 1...230 { Counter(label: "Metric\(index)", factory: embedded).increment() }
        embedded.flush()
        #expect(try output.documents.map(\.metrics.count) == [100, 100, 30])
    }

    @Test("a gauge tells its last value, and what is no number is left out")
    func gauges() throws {
        let gauge = Recorder(label: "TokenHoursLeft", dimensions: [], aggregate: false, factory: embedded)
        gauge.record(5)
        gauge.record(7.25)
        gauge.record(Double.infinity)
        Recorder(label: "MemoryUsed", factory: embedded).record(Double.nan)
        embedded.flush()
        let document = try #require(try output.documents.first)
        #expect(document.values(.tokenHoursLeft, base) == [7.25])
        #expect(document.metrics.count == 1)
    }

    @Test("every metric can be written, with the unit and the dimensions that its name has")
    func allNames() throws {
        let metrics = metrics
        metrics.observe(.stored(vault: "v", path: VaultPath("a"), bytes: 1))
        metrics.transferred(bytes: 1 << 20, in: .seconds(1), firstByte: .seconds(1), isWhole: true)
        metrics.failed(.throttled)
        metrics.recovering()
        metrics.lastComplete(.seconds(1))
        metrics.attention(1)
        metrics.pending(files: 1, oldest: .seconds(1))
        metrics.memory(bytes: 1)
        metrics.tokenLeft(.seconds(1))
        metrics.authenticationFailed(SyncError(.authenticationFailed, ""))
        metrics.tokenRefreshed()
        metrics.alertFailed()
        embedded.flush()
        let documents = try output.documents
        #expect(documents.count == 1)
        let published = documents.flatMap(\.metrics)
        for name in MetricName.allCases {
            let own = published.filter { $0.name == name.rawValue }
            #expect(own.allSatisfy { $0.namespace == "Obsync" && $0.unit == name.unit.rawValue })
            let sets: Set<Set<String>> =
                name.breakdown.map { [["Deployment"], ["Deployment", $0]] } ?? [["Deployment"]]
            #expect(Set(own.map { Set($0.dimensions.keys) }) == sets, "\(name)")
        }
    }

    @Test("what is measured from many tasks at once adds up")
    func concurrency() async throws {
        let metrics = metrics
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...8 {
                group.addTask { for _ in 1...100 { metrics.tokenRefreshed() } }
            }
        }
        embedded.flush()
        #expect(try output.documents.compactMap { $0.values(.tokenRefreshes, base) } == [[800]])
    }
}
