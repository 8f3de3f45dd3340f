/// The hosts that `OBSYNC_ALLOW_HOSTS` names besides those that a provider knows, as `host` or `host:port`.
package struct AllowedHosts: Sendable {
    private let names: Set<String>

    /// Takes further hosts.
    package init(_ names: [String] = []) {
        self.names = Set(names)
    }

    /// Reads `OBSYNC_ALLOW_HOSTS`, a list with commas.
    package init(environment: [String: String]) {
        let list = (environment["OBSYNC_ALLOW_HOSTS"] ?? "").split(separator: ",")
        names = Set(list.map { $0.filter { $0 != " " } })
    }

    /// Whether somebody named the host, with any port or with this one.
    package func contains(_ authority: HostAuthority) -> Bool {
        names.contains(authority.host) || names.contains(authority.text)
    }
}

/// A host that is named in what came from the network, and its port: `host` or `host:port`, checked.
package struct HostAuthority: Hashable, Sendable {
    /// The host in lower case: letters, digits, `-` and `.`.
    package let host: String
    /// The port, where one is named.
    package let port: Int?

    /// As it was written.
    var text: String { port.map { "\(host):\($0)" } ?? host }

    /// Whether it is this machine.
    package var isLoopback: Bool { host == "127.0.0.1" || host == "localhost" }

    /// Takes a host apart; nil for everything that is none, a user's name and IPv6 included.
    package init?(_ text: some StringProtocol) {
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let first = pieces.first, pieces.count <= 2, Self.isHostName(first) else { return nil }
        host = String(first)
        guard pieces.count == 2 else {
            port = nil
            return
        }
        guard let number = Int(pieces[1]), (1...65535).contains(number) else { return nil }
        port = number
    }

    private static func isHostName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.utf8.count <= 253 && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            }
    }
}
