import NIOCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The way to the X-Ray daemon: a datagram for each document, sent in one write that never waits.
///
/// What cannot be sent at once is dropped and counted: a trace must not slow the work that it describes.
package final class XRayDaemon: Sendable {
    /// A document may have so many bytes.
    package static let largestDocument = 64 * 1024
    /// What every datagram begins with.
    private static let preamble = Array("{\"format\":\"json\",\"version\":1}\n".utf8)

    private let socket: CInt
    private let droppedCount = Atomic<Int>(0)

    /// Connects to a daemon; nil when the address cannot be understood or reached.
    ///
    /// - Parameter address: as in `AWS_XRAY_DAEMON_ADDRESS`: `host:port`, or `udp:host:port`, perhaps with `tcp:host:port`.
    package init?(address: String) {
        guard let (host, port) = Self.parse(address),
            let resolved = try? SocketAddress.makeAddressResolvingHost(host, port: port)
        else { return nil }
        socket = Self.open(resolved)
        guard socket >= 0 else { return nil }
    }

    deinit {
        if socket >= 0 { close(socket) }
    }

    /// Sends one document, or drops it.
    package func send(_ document: [UInt8]) {
        let datagram = Self.preamble + document
        let isSent =
            document.count <= Self.largestDocument
            && datagram.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) == $0.count }
        if !isSent { droppedCount.add(1, ordering: .relaxed) }
    }

    /// How many documents were dropped since the last call.
    package func takeDropped() -> Int {
        droppedCount.exchange(0, ordering: .relaxed)
    }

    /// The host and port for datagrams; nil where the text has another form.
    static func parse(_ text: String) -> (host: String, port: Int)? {
        let parts = text.split(separator: " ")
        let plain = parts.first { $0.hasPrefix("udp:") }?.dropFirst(4) ?? (parts.count == 1 ? parts.first : nil)
        guard let plain, !plain.hasPrefix("tcp:"), let colon = plain.lastIndex(of: ":"),
            let port = UInt16(plain[plain.index(after: colon)...]), port > 0
        else { return nil }
        let host = plain[..<colon].filter { $0 != "[" && $0 != "]" }
        return host.isEmpty ? nil : (host, Int(port))
    }

    private static func open(_ address: SocketAddress) -> CInt {
        #if canImport(Glibc)
            let descriptor = Glibc.socket(address.protocol.rawValue, CInt(SOCK_DGRAM.rawValue), 0)
        #elseif canImport(Musl)
            let descriptor = Musl.socket(address.protocol.rawValue, CInt(SOCK_DGRAM), 0)
        #else
            let descriptor = Darwin.socket(address.protocol.rawValue, SOCK_DGRAM, 0)
        #endif
        guard descriptor >= 0 else { return -1 }
        let isConnected = address.withSockAddr { pointer, size in connect(descriptor, pointer, socklen_t(size)) == 0 }
        guard isConnected, fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else {
            close(descriptor)
            return -1
        }
        return descriptor
    }
}
