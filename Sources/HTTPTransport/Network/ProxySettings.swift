import AsyncHTTPClient

/// A server that connections go through: they are asked for with `CONNECT`.
package struct Proxy: Hashable, Sendable {
    /// Its name or address.
    package let host: String
    /// Its port.
    package let port: Int
    /// The user's name and password, where the setting holds them. A secret.
    let authorization: HTTPClient.Authorization?

    /// The value of `Proxy-Authorization`. A secret.
    var authorizationHeader: String? { authorization?.headerValue }

    /// Reads `[http://][user:password@]host[:port][/]`; nil for anything else, a proxy of another kind included.
    package init?(_ text: String) {
        var rest = text.lowercased().hasPrefix("http://") ? text.dropFirst(7) : text[...]
        while rest.last == "/" { rest = rest.dropLast() }
        guard !rest.contains("/" as Character) else { return nil }
        if let at = rest.lastIndex(of: "@") {
            let names = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let user = Self.decoded(names[0]), let password = Self.decoded(names.count == 2 ? names[1] : "")
            else {
                return nil
            }
            authorization = .basic(username: user, password: password)
            rest = rest[rest.index(after: at)...]
        } else {
            authorization = nil
        }
        guard let (host, port) = RequestTarget.split(rest) else { return nil }
        self.host = String(host)
        self.port = port ?? 80
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let digits = String(rest.prefix(2)), let value = UInt8(digits, radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Which connections go through a proxy: what `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in capitals or
/// in small letters. Small letters win, as they do in curl.
///
/// Two kinds of connection never do, whatever is set: those to this machine that speak no TLS, because a proxy would read
/// the password in them; and those to link-local addresses, where a machine is told its own credentials.
package struct ProxySettings: Hashable, Sendable {
    private var secure: Proxy?
    private var plain: Proxy?
    private var exceptions: [ProxyException] = []

    /// No proxy.
    package init() {}

    /// Reads the variables.
    ///
    /// - Throws: ``TransportError/Code/invalidConfiguration`` naming the variable that names no HTTP proxy.
    package init(environment: [String: String]) throws(TransportError) {
        secure = try Self.proxy(["HTTPS_PROXY", "ALL_PROXY"], environment)
        plain = try Self.proxy(["HTTP_PROXY", "ALL_PROXY"], environment)
        exceptions = (Self.value("NO_PROXY", environment) ?? "")
            .split { $0 == "," || $0.isWhitespace }
            .compactMap(ProxyException.init)
    }

    /// All proxies that there are.
    var all: Set<Proxy> { Set([secure, plain].compactMap(\.self)) }

    /// The proxy for a connection; nil where it is made directly.
    func proxy(for target: RequestTarget) -> Proxy? {
        guard let proxy = target.isSecure ? secure : plain else { return nil }
        let address = IPv4Address(target.host)
        let isLoopback = address?.isLoopback ?? (target.host == "localhost" || target.host == "::1")
        if isLoopback, !target.isSecure { return nil }
        if address?.isLinkLocal == true { return nil }
        return exceptions.contains { $0.covers(target) } ? nil : proxy
    }

    private static func value(_ name: String, _ environment: [String: String]) -> String? {
        [environment[name.lowercased()], environment[name]].compactMap(\.self).first { !$0.isEmpty }
    }

    /// The proxy that the first of some variables names; nil where none of them is set.
    private static func proxy(
        _ names: [String],
        _ environment: [String: String]
    ) throws(TransportError) -> Proxy? {
        for name in names {
            guard let text = value(name, environment) else { continue }
            if let proxy = Proxy(text) { return proxy }
            throw TransportError(
                .invalidConfiguration,
                message: "\(name) does not name an HTTP proxy; write it as http://host:port"
            )
        }
        return nil
    }
}
