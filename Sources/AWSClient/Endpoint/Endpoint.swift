/// Where requests go: scheme, host, port and a path that comes before every other.
package struct Endpoint: Sendable, Hashable {
    /// Whether it uses TLS.
    package let isSecure: Bool
    /// The host name or address; IPv6 addresses in brackets.
    package let host: String
    /// The port, where it is not the scheme's own.
    package let port: Int?
    /// The path in front, without a slash at its end; usually empty.
    package let basePath: String

    /// Makes an endpoint with the scheme's own port.
    package init(isSecure: Bool = true, host: String, port: Int? = nil, basePath: String = "") {
        self.isSecure = isSecure
        self.host = host
        self.port = port == (isSecure ? 443 : 80) ? nil : port
        self.basePath = basePath
    }

    /// Reads `http(s)://host[:port][/path]`.
    ///
    /// - Throws: ``AWSError`` with ``AWSErrorCode/invalidConfiguration`` for anything else, also with user or query.
    package init(parsing text: String) throws {
        guard let endpoint = Self.parse(text) else {
            throw AWSError(.invalidConfiguration, message: "an endpoint must be http(s)://host[:port][/path]")
        }
        self = endpoint
    }

    /// Whether it is on this machine: `localhost`, 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        if host.lowercased() == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether the host is an address rather than a name: nothing can be put in front of it.
    var isAddress: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return host.hasPrefix("[") || parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The value of the `Host` header.
    package var authority: String {
        port.map { "\(host):\($0)" } ?? host
    }

    /// The beginning of every address.
    package var base: String {
        (isSecure ? "https://" : "http://") + authority + basePath
    }

    private static func parse(_ text: String) -> Endpoint? {
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { return nil }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = rest[slash...]
        while path.hasSuffix("/") { path = path.dropLast() }
        guard path.utf8.allSatisfy(isPathByte), !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
        else { return nil }
        guard let (host, port) = split(rest[..<slash]) else { return nil }
        return Endpoint(isSecure: isSecure, host: host, port: port, basePath: String(path))
    }

    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var port: Int?
        let bracket = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[bracket...].lastIndex(of: ":") {
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
                (1...65_535).contains(number)
            else { return nil }
            port = number
            host = authority[..<colon]
        }
        if host.hasPrefix("[") {
            let inside = host.dropFirst().dropLast()
            let isAddress = inside.utf8.allSatisfy { isHostByte($0) || $0 == UInt8(ascii: ":") }
            guard host.hasSuffix("]"), !inside.isEmpty, isAddress else { return nil }
        } else {
            guard !host.isEmpty, host.utf8.allSatisfy({ isHostByte($0) || $0 == UInt8(ascii: "_") }) else { return nil }
        }
        return (String(host), port)
    }

    /// Whether a byte may be part of the path in front. None of them is changed on the way or by signing.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        isHostByte(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
    }

    /// Whether a byte may be part of a host name.
    static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default:
            false
        }
    }
}
