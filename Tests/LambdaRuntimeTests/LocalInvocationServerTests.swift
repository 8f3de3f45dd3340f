import NIOCore
import NIOHTTP1
import Testing

@testable import LambdaRuntime

@Suite("Local invocation server", .timeLimit(.minutes(10)))
struct LocalInvocationServerTests {
    private func server() throws -> LocalInvocationServer {
        try LocalInvocationServer(environment: ["LOCAL_LAMBDA_PORT": "0"], functionTimeout: .seconds(30))
    }

    /// Sends a request while a client answers every event with what `answer` makes of it.
    private func send(
        _ request: LoopbackRequest,
        answer: @escaping @Sendable (LambdaInvocation) -> Result<ByteBuffer, LambdaRuntimeError>
    ) async throws -> LoopbackResponse? {
        var response: LoopbackResponse?
        try await server().run { client, port in
            response = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while true {
                        let invocation = try await client.nextInvocation()
                        switch answer(invocation) {
                        case .success(let body): try await client.reportResponse(body, for: invocation.requestID)
                        case .failure(let error):
                            try await client.reportError(error.report, for: invocation.requestID)
                        }
                    }
                }
                let http = OneShotHTTPClient(host: "127.0.0.1", port: port, responseLimit: 1000)
                let response = try await http.send(request)
                group.cancelAll()
                return response
            }
        }
        return response
    }

    @Test("an event is answered with the response and the request's id")
    func success() async throws {
        let request = LoopbackRequest(method: .POST, uri: "/invoke", body: ByteBuffer(string: "[1]"))
        let response = try await send(request) { .success($0.event) }
        #expect(response?.status == .ok)
        #expect(response?.body == ByteBuffer(string: "[1]"))
        #expect(response?.headers["Lambda-Runtime-Aws-Request-Id"].count == 1)
    }

    @Test("the deadline is taken from the header")
    func deadline() async throws {
        let request = LoopbackRequest(
            method: .POST,
            uri: "/invoke",
            headers: ["Lambda-Runtime-Deadline-Ms": "1700000000000"]
        )
        let response = try await send(request) {
            .success(ByteBuffer(string: "\($0.deadline.millisecondsSinceEpoch)"))
        }
        #expect(response?.body == ByteBuffer(string: "1700000000000"))
    }

    @Test("a bad deadline is refused")
    func badDeadline() async throws {
        let request = LoopbackRequest(
            method: .POST,
            uri: "/invoke",
            headers: ["Lambda-Runtime-Deadline-Ms": "soon"]
        )
        #expect(try await send(request) { .success($0.event) }?.status == .badRequest)
    }

    @Test("bad events are the caller's fault, other failures the function's")
    func failures() async throws {
        let request = LoopbackRequest(method: .POST, uri: "/invoke")
        let input = try await send(request) { _ in .failure(LambdaRuntimeError(.invalidInput, "m")) }
        #expect(input?.status == .badRequest)
        let other = try await send(request) { _ in .failure(LambdaRuntimeError(.runtimeAPI, "m")) }
        #expect(other?.status == .internalServerError)
        #expect(other.flatMap { LambdaErrorReport.decode($0.body) }?.errorMessage == "m")
    }

    @Test("anything but POST /invoke is answered with what to do")
    func hint() async throws {
        for (method, uri) in [(HTTPMethod.GET, "/"), (.GET, "/invoke"), (.POST, "/")] {
            let response = try await send(LoopbackRequest(method: method, uri: uri)) { .success($0.event) }
            #expect(response?.status == .notFound)
            let hint = response.flatMap { LambdaErrorReport.decode($0.body) }?.errorMessage
            #expect(hint == "send the event as JSON with POST /invoke")
        }
    }

    @Test("a full queue is 429, a failed start 500, a stop 503")
    func outcomes() {
        let report = LambdaErrorReport(errorType: "e", errorMessage: "m")
        #expect(LocalInvocationServer.response(for: .queueFull).status == .tooManyRequests)
        #expect(
            LocalInvocationServer.response(for: .closed(.initializationFailed(report), delivered: false))
                == .error(.internalServerError, report)
        )
        #expect(
            LocalInvocationServer.response(for: .closed(.stopped, delivered: true)).status == .serviceUnavailable
        )
    }

    @Test("a port that is none is refused", arguments: ["x", "-1", "70000", ""])
    func port(text: String) {
        #expect(throws: LambdaRuntimeError.self) {
            try LocalInvocationServer(environment: ["LOCAL_LAMBDA_PORT": text], functionTimeout: .seconds(1))
        }
    }
}
