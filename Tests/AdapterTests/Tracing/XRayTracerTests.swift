import AWSClient
import Foundation
import SyncCore
import Synchronization
import Testing
import Tracing

@testable import AWSAdapters

@Suite("X-Ray subsegments")
struct XRayTracerTests {
    private final class Sent: Sendable {
        private let documents = Mutex<[String]>([])
        private let ids = Mutex(0)

        func send(_ document: [UInt8]) {
            documents.withLock { $0.append(String(decoding: document, as: UTF8.self)) }
        }

        func nextID() -> String {
            ids.withLock { count in
                count += 1
                return String(repeating: "0", count: 15) + String(count, radix: 16)
            }
        }

        var texts: [String] { documents.withLock { $0 } }
    }

    private struct Instant: TracerInstant {
        var nanosecondsSinceEpoch: UInt64
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.nanosecondsSinceEpoch < rhs.nanosecondsSinceEpoch }
    }

    private static let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    private let sent = Sent()
    private var tracer: XRayTracer {
        let sent = sent
        return XRayTracer(makeID: { sent.nextID() }, send: { sent.send($0) })
    }

    private func context(_ header: String) -> ServiceContext {
        var context = ServiceContext.topLevel
        tracer.extract([XRayTracer.headerName: header], into: &context, using: TraceHeaderCarrier())
        return context
    }

    /// Ends a span that was filled by `body`, and gives what was sent.
    private func document(
        _ name: String,
        kind: SpanKind = .client,
        _ body: (XRaySpan) -> Void = { _ in }
    ) throws -> String {
        let span = tracer.startSpan(
            name,
            context: context(Self.header),
            ofKind: kind,
            at: Instant(nanosecondsSinceEpoch: 1_795_248_000_125_000_000)
        )
        body(span)
        span.end(at: Instant(nanosecondsSinceEpoch: 1_795_248_000_250_000_000))
        return try #require(sent.texts.last)
    }

    private let tail =
        #""parent_id":"53995c3f42cd8ad8","start_time":1795248000.125,"#

    @Test("a call of AWS is a document of its service, operation, status and retries")
    func awsCall() throws {
        let text = try document("S3") { span in
            span.attributes.set(SpanKey.system, value: .string(SpanKey.awsSystem))
            span.attributes.set(SpanKey.operation, value: .string("PutObject"))
            span.attributes.set(SpanKey.status, value: .int64(200))
            span.attributes.set(SpanKey.retries, value: .int64(1))
            span.attributes.set("object.key", value: .string("secret.md"))
        }
        #expect(
            text == #"{"aws":{"operation":"PutObject","retries":1},"end_time":1795248000.25,"#
                + #""http":{"response":{"status":200}},"id":"0000000000000001","name":"S3","namespace":"aws","#
                + tail + #""trace_id":"1-5759e988-bd862e3fe1be46a994272793","type":"subsegment"}"#
        )
    }

    @Test("a call of a provider is remote, a step of our own is neither")
    func providerCall() throws {
        let text = try document("obsidian") { $0.attributes.set(SpanKey.operation, value: .string("list")) }
        #expect(
            text == #"{"annotations":{"operation":"list"},"end_time":1795248000.25,"id":"0000000000000001","#
                + #""name":"obsidian","namespace":"remote","# + tail
                + #""trace_id":"1-5759e988-bd862e3fe1be46a994272793","type":"subsegment"}"#
        )
        #expect(try !document("step", kind: .internal).contains("namespace"))
    }

    @Test("a failure is an error, a throttle or a fault, and its message stays here")
    func failures() throws {
        let message = "no such key secret.md"
        func answered(_ status: Int?, _ code: String) -> AWSError {
            AWSError(AWSErrorCode(rawValue: code), message: message, answer: .init(httpStatus: status))
        }
        let cases: [(any Error, Set<String>)] = [
            (answered(404, "NoSuchKey"), ["error"]),
            (answered(503, "SlowDown"), ["error", "throttle"]),
            (answered(500, "InternalError"), ["fault"]),
            (answered(nil, "ClientConnectionFailed"), ["fault"]),
            (SyncError(.tokenExpired, message), ["error"]),
            (SyncError(.throttled, message), ["error", "throttle"]),
            (SyncError(.sourceUnavailable, message), ["fault"]),
            (SyncError(.protocolChanged, message), ["fault"]),
            (CancellationError(), ["error"]),
        ]
        for (error, flags) in cases {
            let text = try document("S3") { $0.recordError(error) }
            let members = try FunctionJSON.decode(JSON.self, from: text.utf8).members
            let found = Set(["error", "throttle", "fault"].filter { members[$0] == .bool(true) })
            #expect(found == flags, "\(error)")
            #expect(!text.contains("secret.md"))
        }
    }

    @Test("names hold only what X-Ray takes")
    func names() throws {
        let text = try document(String(repeating: "ü", count: 300) + "\"{}")
        #expect(text.contains("\"" + String(repeating: "ü", count: 200) + "\""))
        #expect(try document("a\"b{c}d e").contains(#""name":"a_b_c_d e""#))
    }

    @Test("a span below a span has it for its parent, across tasks")
    func nesting() async throws {
        let tracer = tracer
        await ServiceContext.withValue(context(Self.header)) {
            await tracer.withSpan("outer") { _ in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { tracer.withSpan("inner") { _ in } }
                }
            }
        }
        let spans = try sent.texts.map { try FunctionJSON.decode(JSON.self, from: $0.utf8).members }
        #expect(spans.map { $0["name"] } == [.string("inner"), .string("outer")])
        #expect(spans.first?["parent_id"] == spans.last?["id"])
        #expect(spans.last?["parent_id"] == .string("53995c3f42cd8ad8"))
    }

    @Test(
        "nothing is sent of what is not sampled or not traced",
        arguments: ["", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"]
    )
    func notSampled(_ header: String) throws {
        let span = tracer.startSpan("S3", context: context(header))
        #expect(!span.isRecording)
        span.attributes.set("x", value: .int64(1))
        #expect(span.attributes.isEmpty)
        span.end()
        #expect(sent.texts.isEmpty)
    }

    @Test("a span is sent once, and no later change shows")
    func endsOnce() throws {
        let span = tracer.startSpan("S3", context: context(Self.header))
        span.end()
        span.operationName = "other"
        span.end()
        #expect(sent.texts.count == 1)
    }

    @Test("ids are 16 hexadecimal digits, and differ")
    func ids() throws {
        let ids = Mutex<Set<String>>([])
        let tracer = XRayTracer { document in
            let id = try? FunctionJSON.decode(JSON.self, from: document).members["id"]
            if case .string(let text)? = id { ids.withLock { _ = $0.insert(text) } }
        }
        for _ in 1...50 { tracer.startSpan("S3", context: context(Self.header)).end() }
        let found = ids.withLock { $0 }
        #expect(found.count == 50)
        #expect(found.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{16}/) != nil })
    }

    @Test("what goes on elsewhere is told the span at hand")
    func injects() {
        let span = tracer.startSpan("S3", context: context(Self.header))
        var carrier: [String: String] = [:]
        tracer.inject(span.context, into: &carrier, using: TraceHeaderCarrier())
        #expect(
            carrier[XRayTracer.headerName]
                == "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=0000000000000001;Sampled=1"
        )
    }
}
