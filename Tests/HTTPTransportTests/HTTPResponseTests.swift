import HTTPTransport
import NIOCore
import Testing

@Suite("Answers")
struct HTTPResponseTests {
    @Test("a body of exactly the limit is collected")
    func exact() async throws {
        let response = HTTPResponse(status: 200, body: BufferedBody(ByteBuffer(string: "12345")))
        #expect(String(buffer: try await response.collect(upTo: 5)) == "12345")
    }

    @Test("one byte more is too much")
    func tooLarge() async throws {
        let response = HTTPResponse(status: 200, body: BufferedBody(ByteBuffer(string: "123456")))
        let error = try await #require(throws: TransportError.self) { try await response.collect(upTo: 5) }
        #expect(error.code == .bodyTooLarge)
    }

    @Test("an answer has no body unless one is given")
    func empty() async throws {
        #expect(try await HTTPResponse(status: 204).collect(upTo: 0).readableBytes == 0)
    }

    @Test("a body in memory is one chunk, and none when it is empty")
    func chunks() async throws {
        var iterator = BufferedBody(ByteBuffer(string: "a")).makeAsyncIterator()
        #expect(try await iterator.next() == ByteBuffer(string: "a"))
        #expect(try await iterator.next() == nil)
        var none = BufferedBody(ByteBuffer()).makeAsyncIterator()
        #expect(try await none.next() == nil)
    }
}
