/// The address of a provider's service, from a setting.
package enum ServiceAddress {
    /// Reads the address that a variable names.
    ///
    /// - Parameters:
    ///   - variable: such as `OBSIDIAN_API_URL`.
    ///   - environment: where the variable is looked for.
    ///   - standard: the address where it is not set.
    /// - Returns: the address without a slash at its end.
    /// - Throws: `InvalidConfiguration` naming the variable, when the address is neither TLS nor loopback, or names a user.
    package static func read(
        _ variable: String,
        from environment: [String: String],
        otherwise standard: String
    ) throws(SyncError) -> String {
        guard let url = environment[variable], !url.isEmpty else { return standard }
        guard let (isSecure, authority) = parts(of: url), isSecure || authority.isLoopback else {
            throw SyncError(
                .invalidConfiguration,
                "\(variable) has to be https://host[:port][/path], or http:// on loopback; it cannot name a user"
            )
        }
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// Whether an address is on this machine. What a service says is on this machine is believed only of a service that is
    /// here itself: any other could make Obsync ask programs that trust everybody here.
    package static func isLoopback(_ url: String) -> Bool {
        parts(of: url)?.authority.isLoopback ?? false
    }

    private static func parts(of url: String) -> (isSecure: Bool, authority: HostAuthority)? {
        for (scheme, isSecure) in [("https://", true), ("http://", false)] where url.hasPrefix(scheme) {
            let rest = url.dropFirst(scheme.count)
            let isPlain = rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
            guard isPlain, !rest.contains(where: { $0 == "?" || $0 == "#" }) else { return nil }
            return HostAuthority(rest.prefix { $0 != "/" }.lowercased()).map { (isSecure, $0) }
        }
        return nil
    }
}
