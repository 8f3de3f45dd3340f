import NIOCore
import NIOHTTP1
import Testing

@testable import LambdaRuntime

@Suite("Request assembler")
struct RequestAssemblerTests {
    private func head(_ headers: HTTPHeaders = [:]) -> HTTPServerRequestPart {
        .head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/invoke", headers: headers))
    }

    private func request(_ body: String, _ headers: HTTPHeaders = [:]) -> RequestAssembler.Action {
        .handle(
            LoopbackRequest(method: .POST, uri: "/invoke", headers: headers, body: ByteBuffer(string: body)),
            keepAlive: true
        )
    }

    @Test("the parts of a request make a request, and the next one starts afresh")
    func assembles() {
        var assembler = RequestAssembler(bodyLimit: 4)
        #expect(assembler.receive(head()) == .wait)
        #expect(assembler.receive(.body(ByteBuffer(string: "ab"))) == .wait)
        #expect(assembler.receive(.body(ByteBuffer(string: "cd"))) == .wait)
        #expect(assembler.receive(.end(nil)) == request("abcd"))
        #expect(assembler.receive(head()) == .wait)
        #expect(assembler.receive(.end(nil)) == request(""))
    }

    @Test("a body above the limit is dropped and refused at its end")
    func tooLarge() {
        var assembler = RequestAssembler(bodyLimit: 4)
        #expect(assembler.receive(head()) == .wait)
        #expect(assembler.receive(.body(ByteBuffer(string: "abc"))) == .wait)
        #expect(assembler.receive(.body(ByteBuffer(string: "de"))) == .wait)
        #expect(assembler.receive(.body(ByteBuffer(string: "f"))) == .wait)
        #expect(assembler.receive(.end(nil)) == .refuseTooLarge(keepAlive: true))
        #expect(assembler.receive(head()) == .wait)
        #expect(assembler.receive(.end(nil)) == request(""))
    }

    @Test("an announced length above the limit is refused whatever is sent")
    func announced() {
        var assembler = RequestAssembler(bodyLimit: 4)
        #expect(assembler.receive(head(["Content-Length": "5"])) == .wait)
        #expect(assembler.receive(.end(nil)) == .refuseTooLarge(keepAlive: true))
    }

    @Test("a client that asks whether to send its body is told to")
    func expectation() {
        var assembler = RequestAssembler(bodyLimit: 4)
        #expect(assembler.receive(head(["Expect": "100-Continue"])) == .sendContinue)
        #expect(assembler.receive(.end(nil)) == request("", ["Expect": "100-Continue"]))
    }
}
