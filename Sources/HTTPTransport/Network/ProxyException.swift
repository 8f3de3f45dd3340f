/// One entry of `NO_PROXY`: what is reached directly.
///
///     *                  everything
///     example.com        the host and every host below it; `.example.com` and `*.example.com` mean the same
///     example.com:8443   the same, on this port only
///     10.0.0.7 [::1]     an address
///     10.0.0.0/8         all IPv4 addresses of a network
enum ProxyException: Hashable, Sendable {
    case everything
    case name(String, port: Int?)
    case network(IPv4Address, bits: Int)

    init?(_ entry: Substring) {
        var text = entry.lowercased()[...]
        if text == "*" {
            self = .everything
            return
        }
        let pieces = text.split(separator: "/", omittingEmptySubsequences: false)
        if pieces.count == 2 {
            guard let address = IPv4Address(String(pieces[0])), let bits = Int(pieces[1]), (0...32).contains(bits)
            else {
                return nil
            }
            self = .network(address, bits: bits)
            return
        }
        if text.hasPrefix("*") { text = text.dropFirst() }
        if text.hasPrefix(".") { text = text.dropFirst() }
        // An IPv6 address may stand without brackets; then no port can stand behind it.
        if !text.hasPrefix("["), text.count(where: { $0 == ":" }) > 1 {
            self = .name(String(text), port: nil)
            return
        }
        guard let (host, port) = RequestTarget.split(text) else { return nil }
        self = .name(String(host.hasSuffix(".") ? host.dropLast() : host), port: port)
    }

    /// Whether a connection to `target` is made directly.
    func covers(_ target: RequestTarget) -> Bool {
        switch self {
        case .everything:
            return true
        case .name(let name, let port):
            guard port == nil || port == target.port else { return false }
            return target.host == name || target.host.hasSuffix("." + name)
        case .network(let network, let bits):
            guard let address = IPv4Address(target.host) else { return false }
            return bits == 0 || (address.number ^ network.number) >> UInt32(32 - bits) == 0
        }
    }
}

/// An IPv4 address in its usual notation.
struct IPv4Address: Hashable, Sendable {
    let number: UInt32

    /// Reads `a.b.c.d`; nil for anything else, a host name included.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard part.count <= 3, part.allSatisfy({ $0.isASCII && $0.isNumber }), let byte = UInt8(part) else {
                return nil
            }
            number = number << 8 | UInt32(byte)
        }
        self.number = number
    }

    /// 127.0.0.0/8
    var isLoopback: Bool { number >> 24 == 127 }

    /// 169.254.0.0/16
    var isLinkLocal: Bool { number >> 16 == 0xA9FE }
}
