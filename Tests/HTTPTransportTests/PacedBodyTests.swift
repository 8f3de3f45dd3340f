import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import Simulators
import Synchronization
import Testing

@Suite("A body that is pulled while it is sent", .timeLimit(.minutes(10)))
struct PacedBodyTests {
    private static let chunk = ByteBuffer(repeating: 7, count: 64 << 10)
    private static let chunks = 1000

    /// Always has the next chunk ready, and notes how far it is ahead of the server.
    private struct ReadySource: AsyncSequence, Sendable {
        typealias Element = ByteBuffer
        typealias Failure = any Error

        final class Gap: Sendable {
            private let most = Mutex(0)

            var bytes: Int { most.withLock { $0 } }

            func note(_ gap: Int) {
                most.withLock { $0 = Swift.max($0, gap) }
            }
        }

        let server: SinkServer
        let gap: Gap

        func makeAsyncIterator() -> Iterator {
            Iterator(source: self)
        }

        struct Iterator: AsyncIteratorProtocol {
            let source: ReadySource
            var given = 0

            mutating func next() async throws -> ByteBuffer? {
                guard given < PacedBodyTests.chunks else { return nil }
                given += 1
                source.gap.note(given * PacedBodyTests.chunk.readableBytes - source.server.bytesReceived)
                return PacedBodyTests.chunk
            }
        }
    }

    @Test("a source that is always ready does not pile up in memory over TLS")
    func doesNotPileUp() async throws {
        let roots = FileManager.default.temporaryDirectory.appending(path: "obsync-test-\(UUID().uuidString).pem")
        try Data(SampleCertificate.certificate.utf8).write(to: roots)
        defer { try? FileManager.default.removeItem(at: roots) }
        var configuration = TransportConfiguration()
        configuration.network = try NetworkSettings(environment: ["AWS_CA_BUNDLE": roots.path])
        let server = SinkServer()
        let gap = ReadySource.Gap()
        let size = Self.chunks * Self.chunk.readableBytes
        let status = try await server.run { [configuration] port in
            try await AsyncHTTPClientTransport.with(configuration) { transport in
                let request = HTTPRequest(
                    method: .PUT,
                    url: "https://localhost:\(port)/",
                    body: .stream(length: Int64(size), ReadySource(server: server, gap: gap))
                )
                let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
                return try await transport.execute(request, timeout: .seconds(120), logger: logger).status
            }
        }
        #expect(status == 200)
        #expect(server.bytesReceived == size)
        // What the sockets of both sides hold is in it.
        #expect(gap.bytes < 16 << 20)
    }
}
