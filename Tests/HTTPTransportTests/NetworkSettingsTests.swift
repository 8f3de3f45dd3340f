import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import Simulators
import Testing

@testable import HTTPTransport

@Suite("Proxies and roots", .timeLimit(.minutes(10)))
struct NetworkSettingsTests {
    private static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a server with TLS and a proxy that leads every host to it, and gives the variables that name the proxy and the
    /// server's root.
    private static func with(
        credentials: String? = nil,
        _ body: (ConnectProxy, [String: String], SinkServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-roots-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try SampleCertificate.write(to: folder.path)
        let server = SinkServer()
        try await server.run { port in
            try await ConnectProxy.with(credentials: credentials, route: { $0.hasPrefix("refused.") ? nil : port }) {
                proxy in
                try await body(proxy, ["HTTPS_PROXY": proxy.address, "AWS_CA_BUNDLE": files.certificates], server)
            }
        }
    }

    private static func put(_ url: String, _ environment: [String: String]) async throws -> Int {
        var configuration = try TransportConfiguration(environment: environment)
        // A machine that is busy with other tests may take its time.
        configuration.connectTimeout = .seconds(120)
        return try await AsyncHTTPClientTransport.with(configuration) { transport in
            let request = HTTPRequest(method: .PUT, url: url, body: .bytes(ByteBuffer(string: "12345")))
            return try await transport.execute(request, timeout: .seconds(120), logger: logger).status
        }
    }

    private static func connect(_ host: String, _ environment: [String: String]) async throws {
        let connector = ChannelConnector(try NetworkSettings(environment: environment))
        let channel = try await connector.connect(
            host: host,
            port: 443,
            isSecure: true,
            by: .now() + .seconds(120)
        ) { channel in
            let answer = channel.eventLoop.makePromise(of: (any Channel).self)
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(Greeting(answer))
            return answer.futureResult
        }
        try await channel.close()
    }

    @Test("a request goes through the proxy to the host, which shows its own certificate")
    func request() async throws {
        try await Self.with { proxy, environment, server in
            let status = try await Self.put("https://api.obsidian.test/x", environment)
            #expect(status == 200)
            #expect(proxy.requests == ["api.obsidian.test:443"])
            #expect(server.bytesReceived == 5)
        }
    }

    @Test("a socket goes the same way")
    func socket() async throws {
        try await Self.with { proxy, environment, _ in
            try await Self.connect("sync.obsidian.test", environment)
            #expect(proxy.requests == ["sync.obsidian.test:443"])
        }
    }

    @Test("what NO_PROXY names is reached directly")
    func direct() async throws {
        try await Self.with { proxy, environment, _ in
            let (port, direct) = (proxy.address.split(separator: ":").last ?? "", environment)
            // The proxy's own port speaks no TLS: that nothing was asked of it is what shows the way.
            await #expect(throws: TransportError.self) {
                try await Self.put("https://127.0.0.1:\(port)/", direct.merging(["NO_PROXY": "127.0.0.1"]) { $1 })
            }
            #expect(proxy.requests.isEmpty)
        }
    }

    @Test("a certificate that nobody vouches for is called that, over requests and sockets")
    func certificate() async throws {
        try await Self.with { _, environment, _ in
            let strict = environment.filter { $0.key != "AWS_CA_BUNDLE" }
            let attempts: [(String, @Sendable () async throws -> Void)] = [
                ("unknown root", { _ = try await Self.put("https://api.obsidian.test/", strict) }),
                ("unknown root of a socket", { try await Self.connect("sync.obsidian.test", strict) }),
            ]
            for (what, attempt) in attempts {
                let error = try await #require(throws: TransportError.self, "\(what)") { try await attempt() }
                #expect(error.code == .certificateRefused)
                #expect(error.message.contains("certificate"))
                #expect(!error.isRetryable)
            }
        }
    }

    @Test("SSL_CERT_FILE is as good as AWS_CA_BUNDLE")
    func otherVariable() async throws {
        try await Self.with { _, environment, _ in
            var other = environment
            other["SSL_CERT_FILE"] = other.removeValue(forKey: "AWS_CA_BUNDLE")
            let status = try await Self.put("https://api.obsidian.test/x", other)
            #expect(status == 200)
        }
    }

    @Test("a proxy that wants a password gets it; without one, or for a host that it does not know, it is named")
    func refusals() async throws {
        try await Self.with(credentials: "Basic dXNlcjpwYXNz") { proxy, environment, _ in
            let address = "http://user:pass@" + proxy.address.dropFirst(7)
            let known = environment.merging(["HTTPS_PROXY": address]) { $1 }
            #expect(try await Self.put("https://api.obsidian.test/x", known) == 200)
            try await Self.connect("sync.obsidian.test", known)
            for attempt in [
                { _ = try await Self.put("https://api.obsidian.test/", environment) },
                { try await Self.connect("sync.obsidian.test", environment) },
                { _ = try await Self.put("https://refused.obsidian.test/", known) },
                { try await Self.connect("refused.obsidian.test", known) },
            ] as [@Sendable () async throws -> Void] {
                let error = try await #require(throws: TransportError.self) { try await attempt() }
                #expect(error.code == .connectionFailed)
                #expect(error.message.contains("proxy"))
                #expect(!error.message.contains("pass@"))
            }
        }
    }

    /// Asks for something when it is connected, and is content with any answer.
    private final class Greeting: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundOut = HTTPClientRequestPart

        private let answer: EventLoopPromise<any Channel>

        init(_ answer: EventLoopPromise<any Channel>) { self.answer = answer }

        func handlerAdded(context: ChannelHandlerContext) {
            if context.channel.isActive { greet(context) }
        }

        func channelActive(context: ChannelHandlerContext) { greet(context) }

        private func greet(_ context: ChannelHandlerContext) {
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["Host": "sync"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { answer.succeed(context.channel) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            answer.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { answer.fail(ChannelError.eof) }
    }
}
