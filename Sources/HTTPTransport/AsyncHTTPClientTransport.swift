import AsyncHTTPClient
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// How an ``AsyncHTTPClientTransport`` connects.
package struct TransportConfiguration: Sendable {
    /// How long a connection may take to be made, TLS included.
    package var connectTimeout: Duration = .seconds(10)
    /// How long a connection may be silent while a body is sent, or an answer is awaited or read.
    package var readTimeout: Duration = .seconds(60)
    /// How many HTTP/1.1 connections to one host are open at once, at most.
    package var connectionsPerHost: Int = 16
    /// A PEM file of certificates that are trusted besides the system's (`AWS_CA_BUNDLE`).
    package var additionalRootsFile: String?

    /// Makes the default configuration.
    package init() {}
}

/// ``HTTPExecutor`` over AsyncHTTPClient.
package struct AsyncHTTPClientTransport: HTTPExecutor {
    private let client: HTTPClient

    private init(client: HTTPClient) {
        self.client = client
    }

    /// Makes a transport that lives as long as the process; ``with(_:_:)`` is for everything shorter.
    ///
    /// - Throws: ``TransportError/Code/invalidConfiguration`` when the extra roots cannot be read.
    package init(_ configuration: TransportConfiguration) throws {
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: try configuration.clientConfiguration)
        // The library traps when a client goes without having been shut down, so this one never goes.
        _ = Unmanaged.passRetained(client)
    }

    package func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method
        outgoing.headers = request.headers
        switch request.body {
        case .none: break
        case .bytes(let buffer): outgoing.body = .bytes(buffer)
        case .stream(let length, let chunks): outgoing.body = streamed(chunks, length: length)
        }
        do {
            let response = try await client.execute(
                outgoing,
                deadline: .now() + .nanoseconds(timeout.nanoseconds),
                logger: logger.logLevel <= .trace ? logger : nil
            )
            return HTTPResponse(
                status: Int(response.status.code),
                headers: response.headers,
                body: MappedBody(base: response.body)
            )
        } catch {
            throw TransportError.mapped(error)
        }
    }

    private func streamed(
        _ chunks: any AsyncSequence<ByteBuffer, any Error> & Sendable,
        length: Int64
    ) -> HTTPClientRequest.Body {
        .stream(PacedBody(base: chunks, group: client.eventLoopGroup), length: .known(length))
    }

    /// Runs `body` with a transport whose connections are closed afterwards, also when it throws or is cancelled.
    package static func with<Result: Sendable>(
        _ configuration: TransportConfiguration = TransportConfiguration(),
        _ body: (AsyncHTTPClientTransport) async throws -> Result
    ) async throws -> Result {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: try configuration.clientConfiguration
        )
        let result: Result
        do {
            result = try await body(AsyncHTTPClientTransport(client: client))
        } catch {
            // The error of the body is the one that matters to the caller.
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return result
    }
}

extension TransportConfiguration {
    fileprivate var clientConfiguration: HTTPClient.Configuration {
        get throws {
            var configuration = HTTPClient.Configuration(
                redirectConfiguration: .disallow,
                timeout: .init(
                    connect: .nanoseconds(connectTimeout.nanoseconds),
                    read: .nanoseconds(readTimeout.nanoseconds)
                ),
                decompression: .disabled
            )
            // A body that the other side does not take any more, or that its source no longer gives.
            configuration.timeout.write = .nanoseconds(readTimeout.nanoseconds)
            configuration.httpVersion = .http1Only
            // Those who call decide what is tried again; a refused connection is an answer at once.
            configuration.connectionPool.retryConnectionEstablishment = false
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionsPerHost
            if let additionalRootsFile {
                var tls = TLSConfiguration.makeClientConfiguration()
                do {
                    tls.additionalTrustRoots = [
                        .certificates(try NIOSSLCertificate.fromPEMFile(additionalRootsFile))
                    ]
                } catch {
                    throw TransportError(
                        .invalidConfiguration,
                        message: "AWS_CA_BUNDLE names a file that holds no readable PEM certificates"
                    )
                }
                configuration.tlsConfiguration = tls
            }
            return configuration
        }
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
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max / 4 : product + attoseconds / 1_000_000_000
    }
}
