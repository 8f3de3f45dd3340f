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

    private let allowed: AllowedHosts
    private let allowsLoopback: Bool

    /// Makes a policy.
    ///
    /// - Parameters:
    ///   - allowed: further hosts.
    ///   - allowsLoopback: whether the service may name this machine, because it is on this machine itself.
    package init(allowing allowed: AllowedHosts = AllowedHosts(), allowsLoopback: Bool = false) {
        self.allowed = allowed
        self.allowsLoopback = allowsLoopback
    }

    /// Where to connect for a vault's `host`.
    ///
    /// `*.obsidian.md` is reached with TLS. This machine is reached without, where the service is here too, or where it is
    /// named. Further hosts have to be named, and are reached with TLS.
    ///
    /// - Throws: `ProtocolChanged` for anything else.
    package func endpoint(for host: String) throws(SyncError) -> Endpoint {
        let slash = host.firstIndex(of: "/") ?? host.endIndex
        guard let authority = HostAuthority(host[..<slash]), Self.isPath(host[slash...]) else { throw refused }
        let isKnown = authority.host.hasSuffix(".obsidian.md") || authority.isLoopback && allowsLoopback
        guard isKnown || allowed.contains(authority) else { throw refused }
        return Endpoint(
            host: authority.host,
            port: authority.port ?? (authority.isLoopback ? 80 : 443),
            path: slash == host.endIndex ? "/" : String(host[slash...]),
            isSecure: !authority.isLoopback
        )
    }

    private var refused: SyncError {
        SyncError(
            .protocolChanged,
            "a vault is said to be on a host that Obsync does not connect to; name it in OBSYNC_ALLOW_HOSTS if it is yours"
        )
    }

    private static func isPath(_ path: Substring) -> Bool {
        path.utf8.count <= 1024 && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
