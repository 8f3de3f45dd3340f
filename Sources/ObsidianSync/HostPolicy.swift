package import SyncCore

/// Which hosts sockets may go to. The list of vaults comes from the network, and so do the hosts in it.
package struct HostPolicy: Sendable {
    /// A place to connect to.
    package struct Endpoint: Hashable, Sendable {
        /// Name or address.
        package var host: String
        /// TCP port.
        package var port: Int
        /// What is asked for in the upgrade request.
        package var path: String
        /// Whether TLS is spoken.
        package var isSecure: Bool
    }

    private let allowed: Set<String>

    /// Makes a policy.
    ///
    /// - Parameter allowed: further hosts, as `host` or `host:port`.
    package init(allowing allowed: [String] = []) {
        self.allowed = Set(allowed)
    }

    /// Where to connect for a vault's `host`.
    ///
    /// `*.obsidian.md` is reached with TLS; loopback without; further hosts only when they are named, with TLS.
    ///
    /// - Throws: `ProtocolChanged` for anything else.
    package func endpoint(for host: String) throws(SyncError) -> Endpoint {
        let slash = host.firstIndex(of: "/") ?? host.endIndex
        let authority = host[..<slash]
        let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
        let name = pieces.first.map(String.init) ?? ""
        let port = pieces.count == 2 ? Int(pieces[1]) : nil
        let isWellFormed = pieces.count == 1 || (pieces.count == 2 && port.map((1...65535).contains) == true)
        guard isWellFormed, Self.isHostName(name), Self.isPath(host[slash...]) else { throw refused }
        let isLoopback = name == "127.0.0.1" || name == "localhost"
        let isKnown = name.hasSuffix(".obsidian.md") || isLoopback
        guard isKnown || allowed.contains(name) || allowed.contains(String(authority)) else { throw refused }
        return Endpoint(
            host: name,
            port: port ?? (isLoopback ? 80 : 443),
            path: slash == host.endIndex ? "/" : String(host[slash...]),
            isSecure: !isLoopback
        )
    }

    private var refused: SyncError {
        SyncError(
            .protocolChanged,
            "a vault is said to be on a host that Obsync does not connect to; name it in OBSYNC_ALLOW_HOSTS if it is yours"
        )
    }

    private static func isHostName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 253 && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            }
    }

    private static func isPath(_ path: Substring) -> Bool {
        path.utf8.count <= 1024 && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
