import LoopbackGuard
import NIOHTTP1
import Testing

@Suite("Which requests a loopback server answers")
struct LoopbackPolicyTests {
    private static func isAnswered(_ headers: HTTPHeaders, _ policy: LoopbackPolicy = LoopbackPolicy()) -> Bool {
        policy.refusal(of: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers)) == nil
    }

    @Test(
        "the server is called by a name of this machine",
        arguments: [
            ("127.0.0.1", true), ("127.0.0.1:8080", true), ("localhost:1", true), ("LOCALHOST", true),
            ("[::1]:80", true),
            ("bucket.localhost:9", true), ("evil.example", false), ("evil.example:8080", false),
            ("127.0.0.1.evil.example", false), ("localhost.evil.example", false), ("notlocalhost", false), ("", false),
            ("127.0.0.2", false),
        ]
    )
    func host(value: String, isAnswered: Bool) {
        #expect(Self.isAnswered(["Host": value]) == isAnswered)
    }

    @Test("a request without Host comes from no browser")
    func noHost() {
        #expect(Self.isAnswered([:]))
    }

    @Test("pages are told by what browsers add", arguments: ["Origin", "Sec-Fetch-Site"])
    func pages(header: String) {
        #expect(!Self.isAnswered(["Host": "localhost", header: "cross-site"]))
        #expect(!Self.isAnswered(["Host": "localhost", header: "http://localhost:8080"]))
    }

    @Test("what somebody types into a browser is answered")
    func typed() {
        #expect(Self.isAnswered(["Host": "localhost", "Sec-Fetch-Site": "none"]))
    }

    @Test("names and origins can be added")
    func additions() {
        var policy = LoopbackPolicy()
        policy.hosts = [".vault.test", "one.test"]
        policy.origins = ["app://obsidian.md"]
        #expect(Self.isAnswered(["Host": "sync.vault.test:443", "Origin": "app://obsidian.md"], policy))
        #expect(Self.isAnswered(["Host": "one.test"], policy))
        #expect(!Self.isAnswered(["Host": "two.one.test"], policy))
        #expect(!Self.isAnswered(["Host": "one.test", "Origin": "app://other.md"], policy))
    }
}
