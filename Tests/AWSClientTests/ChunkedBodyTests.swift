import HTTPTransport
import NIOCore
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("A body with its checksum at the end")
struct ChunkedBodyTests {
    private struct Pieces: AsyncSequence, Sendable {
        typealias Element = ByteBuffer
        typealias Failure = any Error
        let pieces: [ByteBuffer]

        func makeAsyncIterator() -> Iterator { Iterator(rest: pieces[...]) }

        struct Iterator: AsyncIteratorProtocol {
            var rest: ArraySlice<ByteBuffer>
            mutating func next() async throws -> ByteBuffer? { rest.popFirst() }
        }
    }

    @Test(
        "is as long as it says, whatever pieces it comes in",
        arguments: [0, 1, 1000, 65_535, 65_536, 65_537, 200_000],
        [1, 700, 40_000, 65_536, 300_000]
    )
    func length(of size: Int, in step: Int) async throws {
        if size > 70_000, step == 1 { return }
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let pieces = stride(from: 0, to: size, by: step).map { ByteBuffer(bytes: bytes[$0..<min($0 + step, size)]) }
        let body = ChunkedBody(
            bytes: Pieces(pieces: pieces),
            length: Int64(size),
            trailer: .init(.crc64nvme) { "AAAAAAAAAAA=" }
        )
        var sent = ByteBuffer()
        for try await piece in body { sent.writeImmutableBuffer(piece) }
        #expect(Int64(sent.readableBytes) == body.encodedLength)
        var expected = ByteBuffer()
        for start in stride(from: 0, to: size, by: 65_536) {
            let chunk = bytes[start..<min(start + 65_536, size)]
            expected.writeString(String(chunk.count, radix: 16) + "\r\n")
            expected.writeBytes(chunk)
            expected.writeString("\r\n")
        }
        expected.writeString("0\r\nx-amz-checksum-crc64nvme:AAAAAAAAAAA=\r\n\r\n")
        #expect(sent == expected)
    }

    @Test("is announced and signed as such")
    func request() async throws {
        let executor = ScriptedExecutor(.answer(200, ["ETag": "e"]))
        let body = AWSHTTPBody(asyncSequence: BufferedBody(ByteBuffer(string: "hello")), length: 5)
        _ = try await S3(client: client(executor)).uploadPart(
            .init(
                body: body,
                bucket: "bucket",
                key: "k",
                partNumber: 1,
                trailer: .init(.crc32c) { "mnG7TA==" },
                uploadId: "u"
            )
        )
        let headers = try #require(executor.requests.first).headers
        #expect(headers["x-amz-content-sha256"] == ["STREAMING-UNSIGNED-PAYLOAD-TRAILER"])
        #expect(headers["x-amz-decoded-content-length"] == ["5"])
        #expect(headers["x-amz-trailer"] == ["x-amz-checksum-crc32c"])
        #expect(headers["Content-Encoding"] == ["aws-chunked"])
        guard case .stream(let length, _) = executor.requests[0].body else { return #expect(Bool(false)) }
        #expect(length == Int64("5\r\nhello\r\n0\r\nx-amz-checksum-crc32c:mnG7TA==\r\n\r\n".utf8.count))
    }
}
