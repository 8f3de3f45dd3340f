package import SyncCore

/// Which hosts bodies are fetched from. The service names the host in each signed address.
package struct MediaHosts: Sendable {
    private static let known = [".gopro.com", ".cloudfront.net", ".amazonaws.com"]
    private static let longestAddress = 8192

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

    /// Checks an address: TLS on port 443 of a known host, or a host that was named in the settings; without TLS on
    /// loopback only, where the service is here too, or where that was named.
    ///
    /// - Throws: `ProtocolChanged` for anything else.
    package func check(_ address: String) throws(SyncError) {
        let isPlain = address.utf8.count <= Self.longestAddress && address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isPlain, let parts = Self.parts(of: address), let authority = HostAuthority(parts.authority) else {
            throw refused
        }
        if authority.isLoopback, allowsLoopback { return }
        if allowed.contains(authority), parts.isSecure || authority.isLoopback { return }
        let isAddress = authority.host.split(separator: ".").last.map { $0.allSatisfy(\.isNumber) } ?? true
        guard parts.isSecure, !isAddress, (authority.port ?? 443) == 443,
            Self.known.contains(where: authority.host.hasSuffix)
        else { throw refused }
    }

    private static func parts(of address: String) -> (isSecure: Bool, authority: Substring)? {
        for (scheme, isSecure) in [("https://", true), ("http://", false)] where address.hasPrefix(scheme) {
            let rest = address.dropFirst(scheme.count)
            return (isSecure, rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
        }
        return nil
    }

    private var refused: SyncError {
        SyncError(
            .protocolChanged,
            "GoPro names a host for downloads that Obsync does not connect to; name it in OBSYNC_ALLOW_HOSTS if it is right",
            reason: "HostRefused"
        )
    }
}
