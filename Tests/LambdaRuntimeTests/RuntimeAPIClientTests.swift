import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import LambdaRuntime

@Suite("Runtime API client", .timeLimit(.minutes(10)))
struct RuntimeAPIClientTests {
    /// Runs calls against a server that answers all of them alike; returns what the server was asked.
    private func record(
        _ answer: LoopbackResponse,
        body: (RuntimeAPIClient) async throws -> Void
    ) async throws -> [LoopbackRequest] {
        let requests = Mutex<[LoopbackRequest]>([])
        let options = LoopbackServerOptions(
            port: 0,
            bodyLimit: 1000,
            tooLarge: LoopbackResponse(status: .payloadTooLarge)
        )
        try await withLoopbackServer(options) { request in
            requests.withLock { $0.append(request) }
            return answer
        } body: { port in
            try await body(RuntimeAPIClient(endpoint: "127.0.0.1:\(port)"))
        }
        return requests.withLock { $0 }
    }

    private let event = LoopbackResponse(
        status: .ok,
        headers: [
            "Lambda-Runtime-Aws-Request-Id": "r1", "Lambda-Runtime-Deadline-Ms": "1700000000000",
            "Lambda-Runtime-Trace-Id": "Root=1", "Lambda-Runtime-Invoked-Function-Arn": "arn:f",
        ],
        body: ByteBuffer(string: "{}")
    )

    @Test("next reads the event and its headers")
    func next() async throws {
        let requests = try await record(event) { client in
            let invocation = try await client.nextInvocation()
            #expect(
                invocation
                    == LambdaInvocation(
                        requestID: "r1",
                        deadline: .init(millisecondsSinceEpoch: 1_700_000_000_000),
                        invokedFunctionARN: "arn:f",
                        traceID: "Root=1",
                        event: ByteBuffer(string: "{}")
                    )
            )
        }
        #expect(requests.map(\.method) == [.GET])
        #expect(requests.map(\.uri) == ["/2018-06-01/runtime/invocation/next"])
    }

    @Test(
        "an event without request id or deadline is refused",
        arguments: ["Lambda-Runtime-Aws-Request-Id", "Lambda-Runtime-Deadline-Ms"]
    )
    func incomplete(header: String) async throws {
        var answer = event
        answer.headers.remove(name: header)
        _ = try await record(answer) { client in
            await #expect(throws: LambdaRuntimeError.self) { try await client.nextInvocation() }
        }
    }

    @Test("a response is posted under the request's id")
    func response() async throws {
        let requests = try await record(LoopbackResponse(status: .accepted)) { client in
            try await client.reportResponse(ByteBuffer(string: "[1]"), for: "r1")
        }
        #expect(requests.map(\.uri) == ["/2018-06-01/runtime/invocation/r1/response"])
        #expect(requests.map { String(buffer: $0.body) } == ["[1]"])
    }

    @Test("a failure is posted with its type in a header too")
    func failure() async throws {
        let report = LambdaErrorReport(errorType: "Throttled", errorMessage: "m")
        let requests = try await record(LoopbackResponse(status: .accepted)) { client in
            try await client.reportError(report, for: "r1")
            #expect(try await client.reportInitializationError(report))
        }
        #expect(
            requests.map(\.uri) == [
                "/2018-06-01/runtime/invocation/r1/error", "/2018-06-01/runtime/init/error",
            ]
        )
        for request in requests {
            #expect(request.headers["Lambda-Runtime-Function-Error-Type"] == ["Throttled"])
            #expect(LambdaErrorReport.decode(request.body) == report)
        }
    }

    @Test("a refused report of a failed start is no error, a refused answer is one")
    func refused() async throws {
        _ = try await record(LoopbackResponse(status: .forbidden)) { client in
            let report = LambdaErrorReport(errorType: "e", errorMessage: "m")
            let isTaken = try await client.reportInitializationError(report)
            #expect(isTaken == false)
            await #expect(throws: LambdaRuntimeError(.runtimeAPI, "the Runtime API answered 403 to error")) {
                try await client.reportError(report, for: "r1")
            }
        }
    }

    @Test("an endpoint of another form is refused", arguments: ["", "host", ":80", "host:", "host:70000", "host:x"])
    func endpoint(text: String) {
        #expect(throws: LambdaRuntimeError.self) { try RuntimeAPIClient(endpoint: text) }
    }
}
