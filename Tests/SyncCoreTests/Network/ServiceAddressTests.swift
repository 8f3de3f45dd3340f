import Testing

@testable import SyncCore

@Suite("The address of a service")
struct ServiceAddressTests {
    private func read(_ url: String?) throws -> String {
        try ServiceAddress.read("X_API_URL", from: url.map { ["X_API_URL": $0] } ?? [:], otherwise: "https://x.example")
    }

    @Test("is the usual one where nothing is set")
    func usual() throws {
        #expect(try read(nil) == "https://x.example")
        #expect(try read("") == "https://x.example")
    }

    @Test(
        "is taken with TLS, or on this machine",
        arguments: [
            ("https://proxy.example:8443/x/", "https://proxy.example:8443/x"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://localhost:1", "http://localhost:1"),
        ]
    )
    func taken(url: String, address: String) throws {
        #expect(try read(url) == address)
    }

    @Test(
        "is refused otherwise, by the name of the variable",
        arguments: [
            "http://x.example", "ftp://x.example", "https://user@x.example", "https://x.example/?a", "https://x y",
            "https://x.example\\@evil.example",
        ]
    )
    func refused(url: String) {
        let error = #expect(throws: SyncError.self) { try read(url) }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("X_API_URL") == true)
        #expect(error?.message.contains(url) == false)
    }

    @Test("only names of this machine are on it")
    func loopback() {
        #expect(ServiceAddress.isLoopback("http://127.0.0.1:1/a"))
        #expect(!ServiceAddress.isLoopback("https://127.0.0.1.example"))
        #expect(!ServiceAddress.isLoopback("127.0.0.1"))
    }
}
