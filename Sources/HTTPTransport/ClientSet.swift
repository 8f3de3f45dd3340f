import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression

/// The library's clients of one transport: one for each way to the network, each with and without inflating.
///
/// The library decides both for a whole client.
struct ClientSet: Sendable {
    private struct Way: Hashable {
        var proxy: Proxy?
        var inflates: Bool
    }

    private let proxies: ProxySettings
    private let clients: [Way: HTTPClient]

    /// Makes the clients. They have to be shut down.
    ///
    /// - Throws: ``TransportError/Code/invalidConfiguration`` when the extra roots cannot be read.
    init(_ configuration: TransportConfiguration) throws(TransportError) {
        proxies = configuration.network.proxies
        let base = try configuration.clientConfiguration()
        var clients: [Way: HTTPClient] = [:]
        for proxy in [nil] + proxies.all.map(Optional.some) {
            for inflates in [false, true] {
                var configuration = base
                configuration.proxy = proxy.map(HTTPClient.Configuration.Proxy.init)
                if inflates {
                    configuration.decompression = .enabled(limit: .size(AsyncHTTPClientTransport.largestInflated))
                }
                clients[Way(proxy: proxy, inflates: inflates)] = HTTPClient(
                    eventLoopGroupProvider: .singleton,
                    configuration: configuration
                )
            }
        }
        self.clients = clients
    }

    var all: [HTTPClient] { Array(clients.values) }

    /// The client that a request goes through.
    ///
    /// - Throws: ``TransportError/Code/invalidURL`` for an address that cannot be one, or that names a user.
    func client(for request: HTTPRequest) throws(TransportError) -> HTTPClient {
        guard let target = RequestTarget(request.url) else {
            throw TransportError(.invalidURL, message: "the address cannot be used")
        }
        guard let client = clients[Way(proxy: proxies.proxy(for: target), inflates: request.mayBeInflated)] else {
            preconditionFailure("every way has its client")
        }
        return client
    }
}

extension HTTPRequest {
    /// Whether a compressed answer can be inflated: it is asked for as a whole, and has a body.
    var mayBeInflated: Bool { method != .HEAD && !headers.contains(name: "Range") }
}

extension HTTPHeaders {
    /// Whether the library inflates such an answer.
    var saysCompressed: Bool {
        ["gzip", "deflate"].contains(first(name: "Content-Encoding")?.lowercased() ?? "")
    }
}

extension HTTPClient.Configuration.Proxy {
    fileprivate init(_ proxy: Proxy) {
        self = .server(host: proxy.host, port: proxy.port, authorization: proxy.authorization)
    }
}

extension TransportConfiguration {
    fileprivate func clientConfiguration() throws(TransportError) -> HTTPClient.Configuration {
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
        if !network.extraRoots.isEmpty { configuration.tlsConfiguration = try network.tlsConfiguration() }
        return configuration
    }
}
