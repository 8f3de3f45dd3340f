/// Where a request goes: what its address says before the path.
///
/// An address that names a user or a password has no target. Nobody needs one, and it makes people and programs take one
/// host for another.
struct RequestTarget: Hashable, Sendable {
    /// Whether the request speaks TLS.
    let isSecure: Bool
    /// The host in lower case; an IPv6 address without its brackets.
    let host: String
    /// The port, that of the scheme where the address names none.
    let port: Int

    /// Makes a target.
    init(isSecure: Bool, host: String, port: Int) {
        self.isSecure = isSecure
        self.host = host.lowercased()
        self.port = port
    }

    /// Takes an address apart; nil for one that is not `http(s)://host[:port]` with anything behind it.
    init?(_ address: String) {
        let isSecure = address.lowercased().hasPrefix("https://")
        guard isSecure || address.lowercased().hasPrefix("http://") else { return nil }
        let authority = address.dropFirst(isSecure ? 8 : 7).prefix { !"/?#".contains($0) }
        guard let (host, port) = Self.split(authority) else { return nil }
        self.init(isSecure: isSecure, host: String(host), port: port ?? (isSecure ? 443 : 80))
    }

    /// Splits `host[:port]`; nil where it is neither a name nor an address.
    static func split(_ authority: Substring) -> (host: Substring, port: Int?)? {
        guard !authority.isEmpty, authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !authority.contains(where: { "@\\\"<>^`{|}%".contains($0) })
        else { return nil }
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard !host.isEmpty else { return nil }
            if rest.isEmpty { return (host, nil) }
            return rest.first == ":" ? port(rest.dropFirst()).map { (host, $0) } : nil
        }
        let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = pieces.first, !host.isEmpty, pieces.count <= 2 else { return nil }
        guard pieces.count == 2 else { return (host, nil) }
        return port(pieces[1]).map { (host, $0) }
    }

    private static func port(_ text: Substring) -> Int? {
        guard text.allSatisfy(\.isASCII), let number = Int(text), (1...65_535).contains(number) else { return nil }
        return number
    }
}
