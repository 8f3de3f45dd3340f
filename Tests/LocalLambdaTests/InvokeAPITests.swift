import LambdaRuntime
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import LocalLambda

@Suite("Invoke API", .timeLimit(.minutes(10)), .serialized)
struct InvokeAPITests {
    private func invoke(
        _ name: String,
        _ body: ByteBuffer,
        _ headers: HTTPHeaders = [:],
        at port: Int
    ) async throws -> LoopbackResponse {
        try await OneShotHTTPClient(host: "127.0.0.1", port: port, responseLimit: 1_000_000).send(
            LoopbackRequest(
                method: .POST,
                uri: "/2015-03-31/functions/\(name)/invocations",
                headers: headers,
                body: body
            )
        )
    }

    @Test("the answer of a function is the body, its version and the request's id are headers")
    func requestResponse() async throws {
        try await withLocalLambda(functions: [EchoSupport.function()], options: EchoSupport.options()) { server in
            let answer = try await invoke("echo:prod", EchoSupport.command("echo", "hi"), at: server.port)
            #expect(answer.status == .ok)
            #expect(answer.body == ByteBuffer(string: #"{"value":"hi"}"#))
            #expect(answer.headers["X-Amz-Executed-Version"] == ["$LATEST"])
            #expect(answer.headers["X-Amzn-RequestId"].count == 1)
            #expect(answer.headers["X-Amz-Function-Error"] == [])
        }
    }

    @Test("a failure of the function is status 200 with a header")
    func functionError() async throws {
        try await withLocalLambda(functions: [EchoSupport.function()], options: EchoSupport.options()) { server in
            let answer = try await invoke("echo", EchoSupport.command("fail", "Throttled"), at: server.port)
            #expect(answer.status == .ok)
            #expect(answer.headers["X-Amz-Function-Error"] == ["Unhandled"])
            #expect(LambdaErrorReport.decode(answer.body)?.errorType == "Throttled")
        }
    }

    @Test("an event is taken and handled later, a dry run only checks")
    func otherTypes() async throws {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(100))
        let options = EchoSupport.options { continuation.yield($0.text) }
        try await withLocalLambda(functions: [EchoSupport.function()], options: options) { server in
            let dryRun = try await invoke(
                "echo",
                ByteBuffer(),
                ["X-Amz-Invocation-Type": "DryRun"],
                at: server.port
            )
            #expect(dryRun.status == .noContent)
            let event = try await invoke(
                "echo",
                EchoSupport.command("echo"),
                ["X-Amz-Invocation-Type": "Event"],
                at: server.port
            )
            #expect(event.status == .accepted)
            #expect(event.body.readableBytes == 0)
            // The function's own line tells that the event arrived.
            #expect(await lines.first { $0.contains(#""message":"echo""#) } != nil)
        }
    }

    @Test("refusals name the exception in a header")
    func refusals() async throws {
        try await withLocalLambda(functions: [EchoSupport.function()], options: EchoSupport.options()) { server in
            let unknown = try await invoke("nobody", ByteBuffer(), at: server.port)
            #expect(unknown.status == .notFound)
            #expect(unknown.headers["x-amzn-errortype"] == ["ResourceNotFoundException"])
            let body =
                #"{"Message":"Function not found: "#
                + #"arn:aws:lambda:us-east-1:000000000000:function:nobody","Type":"User"}"#
            #expect(unknown.body == ByteBuffer(string: body))

            let large = ByteBuffer(repeating: UInt8(ascii: " "), count: LambdaLimits.requestBytes + 1)
            let tooLarge = try await invoke("echo", large, at: server.port)
            #expect(tooLarge.status == .payloadTooLarge)
            #expect(tooLarge.headers["x-amzn-errortype"] == ["RequestTooLargeException"])
        }
    }
}
