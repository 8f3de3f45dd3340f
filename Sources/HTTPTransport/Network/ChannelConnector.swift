package import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Opens connections for protocols other than HTTP requests, on the same ways: through the proxy where the settings name
/// one, with the same roots.
package final class ChannelConnector: Sendable {
    private let network: NetworkSettings
    /// Reading the roots takes milliseconds, so it is done once.
    private let tls = Mutex<NIOSSLContext?>(nil)

    /// Makes a connector; nothing is read or opened yet.
    package init(_ network: NetworkSettings = NetworkSettings()) {
        self.network = network
    }

    /// Connects, and builds the pipeline when bytes can be exchanged with the host itself.
    ///
    /// - Parameters:
    ///   - host: name or address.
    ///   - port: the TCP port.
    ///   - isSecure: whether TLS is spoken with the host.
    ///   - deadline: when the connection is given up, as long as `configure` has not been called.
    ///   - configure: adds the handlers above TLS. It runs on the channel's event loop.
    /// - Returns: what the future of `configure` gives.
    /// - Throws: ``TransportError``; `CancellationError`; what `configure` throws.
    package func connect<Output: Sendable>(
        host: String,
        port: Int,
        isSecure: Bool,
        by deadline: NIODeadline,
        configure: @escaping @Sendable (any Channel) throws -> EventLoopFuture<Output>
    ) async throws -> Output {
        let target = RequestTarget(isSecure: isSecure, host: host, port: port)
        let proxy = network.proxies.proxy(for: target)
        let tls = isSecure ? try context() : nil
        let opening = Mutex(Opening())
        do {
            // A future does not know of cancellation; a channel that is closed ends the wait for it.
            return try await withTaskCancellationHandler {
                let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connectTimeout(deadline - .now())
                let output: EventLoopFuture<Output> = try await bootstrap.connect(
                    host: proxy?.host ?? host,
                    port: proxy?.port ?? port
                ) { channel in
                    let isCancelled = opening.withLock { opening in
                        opening.channel = channel
                        return opening.isCancelled
                    }
                    return channel.eventLoop.makeCompletedFuture {
                        if isCancelled { throw CancellationError() }
                        guard let proxy else { return try Self.secure(channel, tls, host, configure) }
                        return try Self.tunnel(to: target, through: proxy, on: channel, by: deadline)
                            .flatMapThrowing { try Self.secure(channel, tls, host, configure) }
                            .flatMap { $0 }
                    }
                }
                return try await output.get()
            } onCancel: {
                let channel = opening.withLock { opening in
                    opening.isCancelled = true
                    return opening.channel
                }
                channel?.close(promise: nil)
            }
        } catch {
            try Task.checkCancellation()
            throw TransportError.mapped(error, isOfConnecting: true)
        }
    }

    private struct Opening {
        var channel: (any Channel)?
        var isCancelled = false
    }

    private func context() throws -> NIOSSLContext {
        try tls.withLock { context in
            if let context { return context }
            let made = try NIOSSLContext(configuration: network.tlsConfiguration())
            context = made
            return made
        }
    }

    private static func secure<Output>(
        _ channel: any Channel,
        _ tls: NIOSSLContext?,
        _ host: String,
        _ configure: (any Channel) throws -> EventLoopFuture<Output>
    ) throws -> EventLoopFuture<Output> {
        if let tls {
            // A certificate may name an address, but SNI may not.
            let isAddress = IPv4Address(host) != nil || host.contains(":")
            let handler = try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : host)
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        return try configure(channel)
    }

    /// Asks the proxy for the host.
    ///
    /// - Returns: done when everything that is sent reaches the host, and nothing of HTTP is left in the pipeline.
    private static func tunnel(
        to target: RequestTarget,
        through proxy: Proxy,
        on channel: any Channel,
        by deadline: NIODeadline
    ) throws -> EventLoopFuture<Void> {
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        var headers: HTTPHeaders = ["Host": "\(host):\(target.port)"]
        if let header = proxy.authorizationHeader { headers.add(name: "Proxy-Authorization", value: header) }
        let established = channel.eventLoop.makePromise(of: Void.self)
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes))
        let connect = NIOHTTP1ProxyConnectHandler(
            targetHost: host,
            targetPort: target.port,
            headers: headers,
            deadline: deadline,
            promise: established
        )
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([encoder, decoder, connect])
        let codec = NIOLoopBound((encoder, decoder), eventLoop: channel.eventLoop)
        return established.futureResult.flatMap {
            let pipeline = channel.pipeline.syncOperations
            let (encoder, decoder) = codec.value
            return pipeline.removeHandler(encoder).and(pipeline.removeHandler(decoder)).map { _ in }
        }
    }
}
