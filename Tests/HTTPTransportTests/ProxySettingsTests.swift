import Testing

@testable import HTTPTransport

@Suite("Which requests go through a proxy")
struct ProxySettingsTests {
    private static func proxy(_ url: String, _ environment: [String: String]) throws -> String? {
        let target = try #require(RequestTarget(url))
        return try ProxySettings(environment: environment).proxy(for: target).map { "\($0.host):\($0.port)" }
    }

    @Test(
        "each scheme has its variable, and one stands for all; small letters win",
        arguments: [
            (["HTTPS_PROXY": "http://one:1"], "https://a.example", "one:1"),
            (["HTTPS_PROXY": "http://one:1"], "http://a.example", nil),
            (["HTTP_PROXY": "http://one:1"], "http://a.example", "one:1"),
            (["HTTP_PROXY": "http://one:1"], "https://a.example", nil),
            (["ALL_PROXY": "http://one:1"], "https://a.example", "one:1"),
            (["ALL_PROXY": "http://one:1", "HTTPS_PROXY": "two:2"], "https://a.example", "two:2"),
            (["ALL_PROXY": "http://one:1", "HTTPS_PROXY": "two:2"], "http://a.example", "one:1"),
            (["HTTPS_PROXY": "http://one:1", "https_proxy": "http://two:2/"], "https://a.example", "two:2"),
            (["HTTPS_PROXY": "", "ALL_PROXY": ""], "https://a.example", nil),
            (["HTTPS_PROXY": "HTTP://[::1]:3128"], "https://a.example", "::1:3128"),
            (["HTTPS_PROXY": "proxy.example"], "https://a.example", "proxy.example:80"),
            ([:], "https://a.example", nil),
        ] as [([String: String], String, String?)]
    )
    func variables(environment: [String: String], url: String, expected: String?) throws {
        #expect(try Self.proxy(url, environment) == expected)
    }

    @Test(
        "NO_PROXY takes out hosts, what is below them, ports, addresses and networks",
        arguments: [
            ("*", "https://a.example", true), ("a.example", "https://a.example", true),
            ("a.example", "https://b.a.example", true), (".a.example", "https://b.a.example", true),
            ("*.a.example", "https://b.a.example", true), ("a.example", "https://ba.example", false),
            ("A.Example.", "https://a.EXAMPLE", true), ("a.example:8443", "https://a.example:8443", true),
            ("a.example:8443", "https://a.example", false), ("x, a.example", "https://a.example", true),
            ("x a.example", "https://a.example", true), ("127.0.0.1,localhost", "https://127.0.0.1:9", true),
            ("127.0.0.1,localhost", "https://localhost", true), ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false), ("0.0.0.0/0", "https://11.1.2.3", true),
            ("10.0.0.0/8", "https://10.example", false), ("::1", "https://[::1]:5", true),
            ("[::1]", "https://[::1]", true),
            ("", "https://a.example", false), ("nonsense/99", "https://a.example", false),
        ]
    )
    func exceptions(list: String, url: String, isDirect: Bool) throws {
        let environment = ["HTTPS_PROXY": "http://proxy:1", "NO_PROXY": list]
        #expect(try (Self.proxy(url, environment) == nil) == isDirect)
        let small = ["HTTPS_PROXY": "http://proxy:1", "no_proxy": list, "NO_PROXY": "other"]
        if !list.isEmpty { #expect(try (Self.proxy(url, small) == nil) == isDirect) }
    }

    @Test("what speaks no TLS with this machine, or asks a machine for its own credentials, is never shown to a proxy")
    func neverProxied() throws {
        let all = ["ALL_PROXY": "http://proxy:1"]
        for url in [
            "http://127.0.0.1:8", "http://localhost", "http://[::1]:8", "http://127.9.9.9", "http://169.254.170.2/x",
        ] {
            #expect(try Self.proxy(url, all) == nil, "\(url)")
        }
        #expect(try Self.proxy("https://127.0.0.1:8", all) == "proxy:1")
    }

    @Test(
        "what is no HTTP proxy is refused by the name of its variable, and not repeated",
        arguments: [
            "socks5://hidden:1080", "https://hidden:443", "https://u:hidden@host:443", "http://", "http://hidden:99999",
            "http://hidden:1/path", "http://a b", "://hidden", "http://u%ZZ:hidden@host",
        ]
    )
    func unusable(value: String) throws {
        for variable in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
            let error = try #require(throws: TransportError.self) { try ProxySettings(environment: [variable: value]) }
            #expect(error.code == .invalidConfiguration)
            #expect(error.message.contains(variable))
            #expect(!error.message.contains("hidden"))
        }
    }

    @Test("a proxy that stands for all schemes is not looked at where each has its own")
    func unneeded() throws {
        let environment = ["HTTPS_PROXY": "a:1", "HTTP_PROXY": "b:2", "ALL_PROXY": "socks5://c:3"]
        #expect(try Self.proxy("https://x.example", environment) == "a:1")
    }

    @Test("name and password are sent as they are meant")
    func credentials() throws {
        let proxy = try #require(Proxy("http://us%40er:p%3Aw@proxy:1"))
        #expect(proxy.authorizationHeader == "Basic dXNAZXI6cDp3")
        #expect(proxy.host == "proxy")
    }

    @Test(
        "an address that names a user, or hides its host, has no target",
        arguments: [
            "https://user@a.example", "https://127.0.0.1:80@evil.example/", "https://a.example\\@evil.example",
            "ftp://a.example", "https:///path", "https://a.example:0", "https://a.example:x", "https://a b/",
            "a.example",
            "https://a.example:1:2",
        ]
    )
    func targets(url: String) {
        #expect(RequestTarget(url) == nil)
    }
}
