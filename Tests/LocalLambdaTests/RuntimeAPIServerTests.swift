import LambdaRuntime
import NIOCore
import NIOHTTP1
import Testing

@testable import LocalLambda

@Suite("Runtime API server", .timeLimit(.minutes(10)))
struct RuntimeAPIServerTests {
    private let queue = InvocationQueue(capacity: 1)
    private let invocation = LambdaInvocation(
        requestID: "a",
        deadline: LambdaClock.Instant(millisecondsSinceEpoch: 17),
        invokedFunctionARN: "arn:f",
        event: ByteBuffer(string: "1")
    )

    private func call(_ method: HTTPMethod, _ path: String, _ body: String = "") async -> LoopbackResponse {
        await RuntimeAPIServer(queue: queue).respond(
            to: LoopbackRequest(method: method, uri: "/2018-06-01/runtime" + path, body: ByteBuffer(string: body))
        )
    }

    @Test("an invocation goes out with its headers and is completed by the response")
    func response() async {
        async let outcome = queue.submit(invocation)
        let next = await call(.GET, "/invocation/next")
        #expect(next.status == .ok)
        #expect(next.headers["Lambda-Runtime-Aws-Request-Id"] == ["a"])
        #expect(next.headers["Lambda-Runtime-Deadline-Ms"] == ["17"])
        #expect(next.headers["Lambda-Runtime-Invoked-Function-Arn"] == ["arn:f"])
        #expect(await call(.POST, "/invocation/b/response").status == .forbidden)
        #expect(await call(.POST, "/invocation/a/response", "2").status == .accepted)
        #expect(await call(.POST, "/invocation/a/response", "3").status == .forbidden)
        #expect(await outcome == .response(ByteBuffer(string: "2")))
    }

    @Test("an error completes the invocation with the report")
    func error() async {
        async let outcome = queue.submit(invocation)
        _ = await call(.GET, "/invocation/next")
        let report = LambdaErrorReport(errorType: "Throttled", errorMessage: "m")
        #expect(await call(.POST, "/invocation/a/error", String(buffer: report.json())).status == .accepted)
        #expect(await outcome == .failure(report))
    }

    @Test("a failed start fails what is pending, unless an event is at work")
    func initialization() async {
        let report = LambdaErrorReport(errorType: "InvalidConfiguration", errorMessage: "m")
        let body = String(buffer: report.json())
        async let outcome = queue.submit(invocation)
        _ = await call(.GET, "/invocation/next")
        #expect(await call(.POST, "/init/error", body).status == .forbidden)
        #expect(await call(.POST, "/invocation/a/response", "2").status == .accepted)
        #expect(await outcome == .response(ByteBuffer(string: "2")))
        #expect(await call(.POST, "/init/error", body).status == .accepted)
        #expect(await queue.submit(invocation) == .closed(.initializationFailed(report), delivered: false))
        #expect(await call(.GET, "/invocation/next").status == .forbidden)
    }

    @Test("a call that is none is not found")
    func unknown() async {
        #expect(await call(.GET, "/x").status == .notFound)
    }
}
