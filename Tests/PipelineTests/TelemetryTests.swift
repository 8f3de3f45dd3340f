import Foundation
import HTTPTransport
import NIOCore
import NIOHTTP1
import Pipeline
import Simulators
import SyncCore
import TestSupport
import Testing

/// What the downloader's own executable tells: metrics on standard output, spans by datagram, log lines.
@Suite("a function's telemetry", .tags(.integration), .enabled(if: Deployment.emulator != nil))
struct TelemetryTests {
    private static let trace = "1-5759e988-bd862e3fe1be46a994272793"
    private static let execution = JSON.string("telemetry")

    /// What one process said of its invocations.
    private struct Said {
        var metrics: [PublishedMetrics]
        var log: [[String: JSON]]
        var spans: [[String: JSON]]
        var answers: [[String: JSON]]
    }

    /// Lists, and gives the event of the first batch.
    private func firstBatch(_ deployment: Deployment) async throws -> [String: JSON] {
        let input: [String: JSON] = ["execution": Self.execution, "input": .object([:])]
        let run = try await deployment.invoke(.authenticator, FunctionJSON.encode(JSON.object(input)))
        let page = try FunctionJSON.decode(JSON.self, from: try await deployment.invoke(.lister, run)).members
        guard case .array(let batches)? = page["batches"], let batch = batches.first else { return [:] }
        return ["execution": Self.execution, "run": page["run"], "request": page["request"], "batch": batch]
            .compactMapValues { $0 }
    }

    /// Hands events to one process of the downloader: the first is traced, the others are not.
    private func invoke(_ events: [[String: JSON]], _ variables: [String: String]) async throws -> Said {
        let receiver = try DatagramReceiver()
        var variables = functionEnvironment(variables)
        variables["LOCAL_LAMBDA_PORT"] = "0"
        variables["LOG_LEVEL"] = "info"
        variables["OBSYNC_DEPLOYMENT"] = "e2e"
        variables["AWS_XRAY_DAEMON_ADDRESS"] = "udp:127.0.0.1:\(receiver.port) tcp:127.0.0.1:1"
        let function = try PlainFunction("Downloader", variables)
        defer { function.end() }
        let url = try #require(try await function.firstLine().url)
        var said = Said(metrics: [], log: [], spans: [], answers: [])
        try await AsyncHTTPClientTransport.with { transport in
            for (number, event) in events.enumerated() {
                let header = "Root=\(Self.trace);Parent=53995c3f42cd8ad8;Sampled=\(number == 0 ? 1 : 0);Lineage=a:0"
                let answer = try await transport.execute(
                    HTTPRequest(
                        method: .POST,
                        url: url,
                        headers: ["Lambda-Runtime-Trace-Id": header],
                        body: .bytes(ByteBuffer(bytes: try FunctionJSON.encode(JSON.object(event))))
                    ),
                    timeout: .seconds(60),
                    logger: quietLogger
                )
                let body = try await answer.collect(upTo: 1 << 20)
                said.answers.append(try FunctionJSON.decode(JSON.self, from: body.readableBytesView).members)
            }
        }
        function.end()
        said.metrics = try await function.output.lines().map { try #require(try PublishedMetrics(line: Data($0.utf8))) }
        said.log = try await function.log.lines().dropFirst().map {
            try FunctionJSON.decode(JSON.self, from: $0.utf8).members
        }
        while let datagram = receiver.next() {
            let parts = datagram.split(separator: UInt8(ascii: "\n"))
            try #require(parts.count == 2)
            #expect(String(decoding: parts[0], as: UTF8.self) == #"{"format":"json","version":1}"#)
            said.spans.append(try FunctionJSON.decode(JSON.self, from: parts[1]).members)
        }
        return said
    }

    @Test("three invocations give three documents, one trace and labelled lines", .timeLimit(.minutes(10)))
    func downloader() async throws {
        let library = try SampleLibrary.make()
        try await Deployment.with(library, environment: ["LAMBDA_BATCH_SIZE": "10"]) { deployment in
            let event = try await firstBatch(deployment)
            var lost = event
            lost["batch"] = event["batch"]?.setting(.string("nowhere/batches/000001.jsonl"), at: ["key"])
            let said = try await invoke([event, event, lost], deployment.variables)
            expectMetrics(said)
            try expectSpans(said.spans)
            expectLines(said.log)
        }
    }

    private func expectMetrics(_ said: Said) {
        let base = ["Deployment": "e2e"]
        #expect(said.metrics.count == 3, "one for each invocation, also for the one that failed")
        guard said.metrics.count == 3 else { return }
        #expect(said.metrics[0].values(.filesSynced, base) == [10])
        guard case .integer(let bytes)? = said.answers[0]["bytes"] else { return }
        #expect(said.metrics[0].values(.bytesTransferred, base) == [Double(bytes)])
        #expect(said.metrics[0].values(.transferDuration, base)?.count == 10)
        #expect(said.metrics[1].values(.filesSynced, base) == nil, "what was counted is not counted again")
        for document in said.metrics {
            let memory = document.values(.memoryUsed, base)?.first ?? 0
            #expect(memory > 1 && memory < 1024)
        }
        #expect(said.answers[2]["errorType"] != nil, "a batch that is nowhere should fail")
        #expect(said.metrics[2].values(.recoveries, base) == [1])
        #expect(said.metrics[2].values(.syncFailures, base) == nil)
    }

    private func expectSpans(_ spans: [[String: JSON]]) throws {
        #expect(spans.allSatisfy { $0["trace_id"] == .string(Self.trace) && $0["type"] == .string("subsegment") })
        let names = Set(spans.compactMap { $0["name"] })
        #expect(names == [.string("S3"), .string("DynamoDB"), .string("SecretsManager"), .string("obsidian")])
        let ids = Set(spans.compactMap { $0["id"] } + [.string("53995c3f42cd8ad8")])
        #expect(ids.count == spans.count + 1)
        #expect(spans.allSatisfy { $0["parent_id"].map(ids.contains) == true })
        let operations = Set(spans.compactMap { $0["aws"]?.members["operation"] })
        #expect(operations.isSuperset(of: [.string("GetSecretValue"), .string("GetObject"), .string("PutObject")]))
        let text = String(decoding: try FunctionJSON.encode(spans.map { JSON.object($0) }), as: UTF8.self)
        #expect(!text.contains(".md") && !text.contains("http:") && !text.contains("obsync-test-"))
    }

    private func expectLines(_ log: [[String: JSON]]) {
        #expect(log.count >= 3)
        for line in log {
            for key in ["request.id", "execution.id", "run.id", "vault.id", "batch"] {
                #expect(line[key] != nil, "\(line["message"] ?? .null) lacks \(key)")
            }
        }
    }
}
