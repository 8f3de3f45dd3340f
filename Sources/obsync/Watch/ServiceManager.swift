import Foundation

/// Tells systemd how a service of `Type=notify` stands. Elsewhere it does nothing.
enum ServiceManager {
    /// Sends one line to the socket that `NOTIFY_SOCKET` names.
    ///
    /// - Parameters:
    ///   - line: such as `READY=1`.
    ///   - environment: names the socket: a path, or an abstract name after an `@`.
    static func notify(_ line: String, environment: [String: String] = ProcessInfo.processInfo.environment) {
        guard let path = environment["NOTIFY_SOCKET"], !path.isEmpty else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: bytes)
            if bytes.first == UInt8(ascii: "@") { room[0] = 0 }
        }
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        // Whoever does not listen is not told.
        _ = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                sendto(socket, line, line.utf8.count, 0, pointer, length)
            }
        }
    }
}
