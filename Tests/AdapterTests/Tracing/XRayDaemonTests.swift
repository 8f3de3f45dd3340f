import Foundation
import TestSupport
import Testing

@testable import AWSAdapters

@Suite("the way to the X-Ray daemon")
struct XRayDaemonTests {
    @Test("a document arrives as one datagram behind the preamble")
    func arrives() throws {
        let receiver = try DatagramReceiver()
        let daemon = try #require(XRayDaemon(address: "127.0.0.1:\(receiver.port)"))
        daemon.send(Array(#"{"name":"S3"}"#.utf8))
        daemon.send(Array(#"{"name":"DynamoDB"}"#.utf8))
        let datagrams = [receiver.next(), receiver.next()].compactMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
        #expect(
            datagrams == [
                "{\"format\":\"json\",\"version\":1}\n{\"name\":\"S3\"}",
                "{\"format\":\"json\",\"version\":1}\n{\"name\":\"DynamoDB\"}",
            ]
        )
        #expect(daemon.takeDropped() == 0)
    }

    @Test("where nobody listens documents are dropped, and nobody is kept waiting")
    func nobodyListens() throws {
        let port = try DatagramReceiver().port
        let daemon = try #require(XRayDaemon(address: "127.0.0.1:\(port)"))
        // The first is refused by the kernel only when the second is sent.
        for _ in 1...3 { daemon.send([UInt8](repeating: 0, count: 100)) }
        #expect((1...2).contains(daemon.takeDropped()))
    }

    @Test("what is too large is dropped and counted once")
    func drops() throws {
        let receiver = try DatagramReceiver()
        let daemon = try #require(XRayDaemon(address: "127.0.0.1:\(receiver.port)"))
        daemon.send([UInt8](repeating: 0, count: XRayDaemon.largestDocument + 1))
        #expect(receiver.next() == nil)
        #expect(daemon.takeDropped() == 1)
        #expect(daemon.takeDropped() == 0)
    }

    @Test(
        "the address comes alone or by protocol, in either order",
        arguments: [
            ("169.254.79.129:2000", "169.254.79.129", 2000),
            ("udp:127.0.0.1:2000 tcp:127.0.0.1:2001", "127.0.0.1", 2000),
            ("tcp:127.0.0.1:2001 udp:127.0.0.2:2002", "127.0.0.2", 2002),
            ("udp:localhost:9", "localhost", 9),
            ("[::1]:2000", "::1", 2000),
        ]
    )
    func addresses(_ text: String, _ host: String, _ port: Int) throws {
        let parsed = try #require(XRayDaemon.parse(text))
        #expect(parsed.host == host)
        #expect(parsed.port == port)
    }

    @Test(
        "what is no address gives no daemon",
        arguments: ["", "127.0.0.1", ":2000", "127.0.0.1:0", "127.0.0.1:70000", "tcp:127.0.0.1:2000", "a:1 b:2"]
    )
    func noAddress(_ text: String) {
        #expect(XRayDaemon(address: text) == nil)
    }
}
