import HTTPTransport
import LambdaRuntime
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@Suite("Transport over AsyncHTTPClient", .timeLimit(.minutes(10)))
struct AsyncHTTPClientTransportTests {
    private static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a server on loopback and a transport, and gives the address and the transport.
    private static func with<Result: Sendable>(
        _ configuration: TransportConfiguration = TransportConfiguration(),
        handler: @escaping @Sendable (LoopbackRequest) async -> LoopbackResponse,
        _ body: (String, AsyncHTTPClientTransport) async throws -> Result
    ) async throws -> Result {
        let options = LoopbackServerOptions(port: 0, bodyLimit: 1 << 20, tooLarge: .init(status: .payloadTooLarge))
        return try await withLoopbackServer(options, handler: handler) { port in
            try await AsyncHTTPClientTransport.with(configuration) { transport in
                try await body("http://127.0.0.1:\(port)", transport)
            }
        }
    }

    private static func transportError(
        _ code: TransportError.Code,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws {
        let error = try await #require(throws: TransportError.self, sourceLocation: sourceLocation) { try await body() }
        #expect(error.code == code, sourceLocation: sourceLocation)
        #expect(!error.description.contains("127.0.0.1"), sourceLocation: sourceLocation)
    }

    @Test("method, path, headers and body arrive, and the answer comes back")
    func roundTrip() async throws {
        let answer = try await Self.with { request in
            LoopbackResponse(
                status: .created,
                headers: [
                    "X-Method": request.method.rawValue, "X-URI": request.uri,
                    "X-In": request.headers["X-Out"].joined(),
                ],
                body: request.body
            )
        } _: { address, transport in
            let request = HTTPRequest(
                method: .PUT,
                url: address + "/a%20b?c=%2F",
                headers: ["X-Out": "value"],
                body: .bytes(ByteBuffer(string: "content"))
            )
            let response = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
            return (response.status, response.headers, String(buffer: try await response.collect(upTo: 7)))
        }
        #expect(answer.0 == 201)
        #expect(answer.1["X-Method"] == ["PUT"])
        #expect(answer.1["X-URI"] == ["/a%20b?c=%2F"])
        #expect(answer.1["X-In"] == ["value"])
        #expect(answer.2 == "content")
    }

    @Test(
        "no status is an error",
        arguments: [HTTPResponseStatus.ok, .notFound, .tooManyRequests, .internalServerError]
    )
    func statuses(status: HTTPResponseStatus) async throws {
        let received = try await Self.with { _ in
            LoopbackResponse(status: status)
        } _: { address, transport in
            try await transport.execute(HTTPRequest(url: address), timeout: .seconds(60), logger: Self.logger).status
        }
        #expect(received == Int(status.code))
    }

    @Test(
        "a redirect is an answer and is not followed",
        arguments: [
            HTTPResponseStatus.movedPermanently, .found, .temporaryRedirect, .permanentRedirect,
        ]
    )
    func redirects(status: HTTPResponseStatus) async throws {
        let requests = Requests()
        let received = try await Self.with { request in
            requests.add(request.uri)
            return LoopbackResponse(status: status, headers: ["Location": "/elsewhere"])
        } _: { address, transport in
            let request = HTTPRequest(method: .POST, url: address + "/here", body: .bytes(ByteBuffer(string: "secret")))
            let response = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
            return (response.status, response.headers["Location"])
        }
        #expect(received.0 == Int(status.code))
        #expect(received.1 == ["/elsewhere"])
        #expect(requests.uris == ["/here"])
    }

    @Test("a body above the limit is refused")
    func bodyLimit() async throws {
        try await Self.with { _ in
            LoopbackResponse(status: .ok, body: ByteBuffer(repeating: 1, count: 300_000))
        } _: { address, transport in
            try await Self.transportError(.bodyTooLarge) {
                let request = HTTPRequest(url: address)
                let response = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
                _ = try await response.collect(upTo: 299_999)
            }
        }
    }

    @Test("an answer that does not come in time is a time-out")
    func timeout() async throws {
        try await Self.with { _ in
            // For as long as the server runs: its end cancels the handler.
            try? await Task.sleep(for: .seconds(60))
            return LoopbackResponse(status: .ok)
        } _: { address, transport in
            try await Self.transportError(.timedOut) {
                let request = HTTPRequest(url: address)
                _ = try await transport.execute(request, timeout: .milliseconds(100), logger: Self.logger)
            }
        }
    }

    @Test("a connection that stays silent is a time-out, whatever time the call has")
    func silence() async throws {
        var configuration = TransportConfiguration()
        configuration.readTimeout = .milliseconds(100)
        try await Self.with(configuration) { _ in
            try? await Task.sleep(for: .seconds(60))
            return LoopbackResponse(status: .ok)
        } _: { address, transport in
            try await Self.transportError(.timedOut) {
                _ = try await transport.execute(HTTPRequest(url: address), timeout: .seconds(60), logger: Self.logger)
            }
        }
    }

    @Test("a cancelled task gets a cancellation", .timeLimit(.minutes(5)))
    func cancellation() async throws {
        let requests = Requests()
        try await Self.with { request in
            requests.add(request.uri)
            try? await Task.sleep(for: .seconds(60))
            return LoopbackResponse(status: .ok)
        } _: { address, transport in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try await transport.execute(
                        HTTPRequest(url: address),
                        timeout: .seconds(60),
                        logger: Self.logger
                    )
                }
                try await eventually { !requests.uris.isEmpty }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
        }
    }

    @Test("a port that nobody listens on is a connection that failed")
    func refused() async throws {
        let address = try await Self.with { _ in
            LoopbackResponse(status: .ok)
        } _: { address, _ in
            address
        }
        var configuration = TransportConfiguration()
        configuration.connectTimeout = .milliseconds(200)
        try await AsyncHTTPClientTransport.with(configuration) { transport in
            try await Self.transportError(.connectionFailed) {
                _ = try await transport.execute(HTTPRequest(url: address), timeout: .seconds(60), logger: Self.logger)
            }
        }
    }

    @Test("TLS with a server that speaks none is a connection that failed")
    func noTLS() async throws {
        var configuration = TransportConfiguration()
        configuration.connectTimeout = .milliseconds(200)
        try await Self.with(configuration) { _ in
            LoopbackResponse(status: .ok)
        } _: { address, transport in
            try await Self.transportError(.connectionFailed) {
                let request = HTTPRequest(url: "https" + address.dropFirst(4))
                _ = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
            }
        }
    }

    @Test("an address that is none cannot be used", arguments: ["", "nowhere", "http://", "/path"])
    func invalidURL(url: String) async throws {
        try await AsyncHTTPClientTransport.with { transport in
            let error = try await #require(throws: TransportError.self) {
                _ = try await transport.execute(HTTPRequest(url: url), timeout: .seconds(5), logger: Self.logger)
            }
            #expect(error.code == .invalidURL)
            #expect(!error.isRetryable)
        }
    }

    @Test("a body that streams arrives whole, with its length announced")
    func streamedBody() async throws {
        let chunks = Chunks(count: 50, size: 4096)
        let received = try await Self.with { request in
            LoopbackResponse(
                status: .ok,
                headers: ["X-Length": request.headers["Content-Length"].joined()],
                body: request.body
            )
        } _: { address, transport in
            let request = HTTPRequest(method: .PUT, url: address, body: .stream(length: 50 * 4096, chunks))
            let response = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
            return (response.headers["X-Length"], try await response.collect(upTo: 1 << 20))
        }
        #expect(received.0 == ["204800"])
        #expect(received.1.readableBytes == 204_800)
        #expect(Array(received.1.readableBytesView.suffix(2)) == [49, 49])
    }

    @Test("a streaming body that fails ends the request with an error")
    func failingBody() async throws {
        try await Self.with { _ in
            LoopbackResponse(status: .ok)
        } _: { address, transport in
            let chunks = Chunks(count: 5, size: 10, failsAt: 3)
            let request = HTTPRequest(method: .PUT, url: address, body: .stream(length: 50, chunks))
            await #expect(throws: (any Error).self) {
                _ = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
            }
        }
    }

    @Test(
        "roots that cannot be read are an error of the settings that names the variable and not the file",
        arguments: ["AWS_CA_BUNDLE", "SSL_CERT_FILE"]
    )
    func roots(variable: String) async throws {
        let configuration = try TransportConfiguration(environment: [variable: "/nonexistent/hidden-place.pem"])
        let error = try #require(throws: TransportError.self) { _ = try AsyncHTTPClientTransport(configuration) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains(variable))
        #expect(!error.description.contains("hidden-place"))
    }

    /// `{"vaults":[]}` eight times, as gzip has it.
    private static let compressed: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 75, 44, 205, 41, 41,
        86, 178, 138, 142, 173, 173, 166, 29, 7, 0, 225, 100, 104, 213, 104, 0, 0, 0,
    ]

    @Test("no compression is asked for, and an answer that is compressed all the same is read")
    func compressed() async throws {
        try await Self.with { request in
            LoopbackResponse(
                status: request.headers["Accept-Encoding"] == ["identity"] ? .ok : .notAcceptable,
                headers: ["Content-Encoding": "gzip"],
                body: ByteBuffer(bytes: Self.compressed)
            )
        } _: { address, transport in
            let request = HTTPRequest(method: .POST, url: address)
            let response = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
            #expect(response.status == 200)
            #expect(response.headers["Content-Encoding"].isEmpty)
            #expect(response.headers["Content-Length"].isEmpty)
            #expect(
                String(buffer: try await response.collect(upTo: 104)) == String(repeating: #"{"vaults":[]}"#, count: 8)
            )
            // The bound is that of what comes out.
            let again = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
            try await Self.transportError(.bodyTooLarge) { _ = try await again.collect(upTo: 103) }
            // A stretch of a file is passed on as it is stored.
            let range = HTTPRequest(url: address, headers: ["Range": "bytes=0-"])
            let stored = try await transport.execute(range, timeout: .seconds(60), logger: Self.logger)
            #expect(stored.headers["Content-Encoding"] == ["gzip"])
            #expect(Array(try await stored.collect(upTo: 1000).readableBytesView) == Self.compressed)
        }
    }

    @Test("an address that names a user is not used")
    func user() async throws {
        try await Self.with { _ in
            LoopbackResponse(status: .ok)
        } _: { address, transport in
            try await Self.transportError(.invalidURL) {
                let request = HTTPRequest(url: "http://user:word@" + address.dropFirst(7))
                _ = try await transport.execute(request, timeout: .seconds(60), logger: Self.logger)
            }
        }
    }

    @Test("the error of the body comes out of the scope")
    func scope() async throws {
        struct Mine: Error {}
        await #expect(throws: Mine.self) { try await AsyncHTTPClientTransport.with { _ in throw Mine() } }
    }
}

/// Which requests a server got.
private final class Requests: Sendable {
    private let list = Mutex<[String]>([])

    var uris: [String] { list.withLock { $0 } }

    func add(_ uri: String) { list.withLock { $0.append(uri) } }
}

/// Chunks of bytes, each of its own number.
private struct Chunks: AsyncSequence, Sendable {
    struct Broken: Error {}

    typealias Element = ByteBuffer
    typealias Failure = any Error

    let count: Int
    let size: Int
    var failsAt: Int?

    func makeAsyncIterator() -> Iterator { Iterator(chunks: self) }

    struct Iterator: AsyncIteratorProtocol {
        let chunks: Chunks
        var number = 0

        mutating func next() async throws -> ByteBuffer? {
            await Task.yield()
            if number == chunks.failsAt { throw Broken() }
            guard number < chunks.count else { return nil }
            defer { number += 1 }
            return ByteBuffer(repeating: UInt8(number), count: chunks.size)
        }
    }
}
