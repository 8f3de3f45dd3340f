import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A server over TLS that takes any body, counts it as it comes, and answers 200.
final class SinkServer: Sendable {
    private let received = Mutex(0)

    /// Body bytes that have arrived so far.
    var bytesReceived: Int { received.withLock { $0 } }

    /// Runs the server on loopback while `body` runs, and gives its port.
    func run<Result: Sendable>(_ body: (Int) async throws -> Result) async throws -> Result {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(Self.certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem))
        )
        configuration.minimumTLSVersion = .tlsv12
        let context = try NIOSSLContext(configuration: configuration)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result
        do {
            result = try await body(server.localAddress?.port ?? 0)
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
        return result
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let server: SinkServer

        init(server: SinkServer) {
            self.server = server
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head: break
            case .body(let bytes): server.received.withLock { $0 += bytes.readableBytes }
            case .end:
                let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "0"])
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }

    /// Signed by itself, for `localhost` and 127.0.0.1; made for these tests only.
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBnDCCAUGgAwIBAgIUSGem09o9fTKvNzYT7HpvaRyISZ4wCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA4NDgzM1oYDzIxMjYxMDI4
        MDg0ODMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATxA/t7q8s7gaIG6LiTdWT/ozqxvwVNf0hhMr6G5hEREFKST13EYlry
        kNmEUipdZ5QNoQ7MLV6hosf9FXii4QCno28wbTAdBgNVHQ4EFgQUJDLJPwomhvKo
        lAa7leuty+UtMnYwHwYDVR0jBBgwFoAUJDLJPwomhvKolAa7leuty+UtMnYwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSQAwRgIhANPbNzSPIdZf0VywIIX3LO73L060ly1lF29GN3q6T/8BAiEA
        n6OGDQq10po/ufClyrTzrXlKCD9RK8CYWtiz4HOUyHw=
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2SNh9bdrcE+muPXp
        ByisEYPd6U/VU2B15+YvZQP15IyhRANCAATxA/t7q8s7gaIG6LiTdWT/ozqxvwVN
        f0hhMr6G5hEREFKST13EYlrykNmEUipdZ5QNoQ7MLV6hosf9FXii4QCn
        -----END PRIVATE KEY-----
        """
}
