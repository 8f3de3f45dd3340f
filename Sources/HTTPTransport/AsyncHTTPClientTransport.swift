import AsyncHTTPClient
package import Logging
import NIOCore
import NIOHTTP1

/// How an ``AsyncHTTPClientTransport`` connects.
package struct TransportConfiguration: Sendable {
    /// How long a connection may take to be made, TLS included.
    package var connectTimeout: Duration = .seconds(10)
    /// How long a connection may be silent while a body is sent, or an answer is awaited or read.
    package var readTimeout: Duration = .seconds(60)
    /// How many HTTP/1.1 connections to one host are open at once, at most.
    package var connectionsPerHost: Int = 16
    /// Which proxy requests go through, and whose certificates are trusted.
    package var network = NetworkSettings()

    /// Makes the default configuration.
    package init(network: NetworkSettings = NetworkSettings()) {
        self.network = network
    }

    /// Reads what ``NetworkSettings`` reads.
    ///
    /// - Throws: ``TransportError/Code/invalidConfiguration`` naming the variable.
    package init(environment: [String: String]) throws(TransportError) {
        self.init(network: try NetworkSettings(environment: environment))
    }
}

/// ``HTTPExecutor`` over AsyncHTTPClient.
///
/// No answer is asked for in a compressed form. One that comes so all the same is inflated, up to `largestInflated` bytes,
/// and its headers say nothing of the compression any more. What is asked for in ranges, or for its headers alone, is
/// passed on as it is stored.
package struct AsyncHTTPClientTransport: HTTPExecutor {
    /// The most bytes that a compressed answer may become.
    static let largestInflated = 64 << 20

    private let clients: ClientSet

    private init(clients: ClientSet) {
        self.clients = clients
    }

    /// Makes a transport that lives as long as the process; ``with(_:_:)`` is for everything shorter.
    ///
    /// - Throws: ``TransportError/Code/invalidConfiguration`` when the extra roots cannot be read.
    package init(_ configuration: TransportConfiguration) throws {
        clients = try ClientSet(configuration)
        // The library traps when a client goes without having been shut down, so these never go.
        for client in clients.all { _ = Unmanaged.passRetained(client) }
    }

    package func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        let client = try clients.client(for: request)
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method
        outgoing.headers = request.headers
        if !outgoing.headers.contains(name: "Accept-Encoding") {
            outgoing.headers.add(name: "Accept-Encoding", value: "identity")
        }
        switch request.body {
        case .none: break
        case .bytes(let buffer): outgoing.body = .bytes(buffer)
        case .stream(let length, let chunks): outgoing.body = Self.streamed(chunks, length: length, client)
        }
        do {
            let response = try await client.execute(
                outgoing,
                deadline: .now() + .nanoseconds(timeout.nanoseconds),
                logger: logger.logLevel <= .trace ? logger : nil
            )
            var headers = response.headers
            if request.mayBeInflated, headers.saysCompressed {
                headers.remove(name: "Content-Encoding")
                headers.remove(name: "Content-Length")
            }
            return HTTPResponse(
                status: Int(response.status.code),
                headers: headers,
                body: MappedBody(base: response.body)
            )
        } catch {
            throw TransportError.mapped(error)
        }
    }

    private static func streamed(
        _ chunks: any AsyncSequence<ByteBuffer, any Error> & Sendable,
        length: Int64,
        _ client: HTTPClient
    ) -> HTTPClientRequest.Body {
        .stream(PacedBody(base: chunks, group: client.eventLoopGroup), length: .known(length))
    }

    /// Runs `body` with a transport whose connections are closed afterwards, also when it throws or is cancelled.
    ///
    /// - Throws: what `body` throws, or why the trusted roots cannot be read.
    package static func with<Result: Sendable>(
        _ configuration: TransportConfiguration = TransportConfiguration(),
        _ body: (AsyncHTTPClientTransport) async throws -> Result
    ) async throws -> Result {
        let clients = try ClientSet(configuration)
        let result: Result
        do {
            result = try await body(AsyncHTTPClientTransport(clients: clients))
        } catch {
            // The error of the body is the one that matters to the caller.
            for client in clients.all { try? await client.shutdown() }
            throw error
        }
        for client in clients.all { try await client.shutdown() }
        return result
    }
}

/// The response body of the library with its errors mapped.
private struct MappedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let base: HTTPClientResponse.Body

    func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator())
    }

    struct Iterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator

        mutating func next() async throws -> ByteBuffer? {
            try await next(isolation: nil)
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
            do {
                return try await base.next(isolation: actor)
            } catch {
                throw TransportError.mapped(error)
            }
        }
    }
}

extension Duration {
    /// The whole duration in nanoseconds, clamped to what fits.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max / 4 : product + attoseconds / 1_000_000_000
    }
}
