import SyncCore
import Testing

@testable import ObsidianSync

@Suite("Which hosts are connected to")
struct HostPolicyTests {
    typealias Endpoint = HostPolicy.Endpoint

    @Test(
        "known hosts",
        arguments: [
            ("sync-12.obsidian.md", Endpoint(host: "sync-12.obsidian.md", port: 443, path: "/", isSecure: true)),
            ("sync-1.obsidian.md:8443", Endpoint(host: "sync-1.obsidian.md", port: 8443, path: "/", isSecure: true)),
            ("a.b.obsidian.md/x/y?z=1", Endpoint(host: "a.b.obsidian.md", port: 443, path: "/x/y?z=1", isSecure: true)),
            ("127.0.0.1", Endpoint(host: "127.0.0.1", port: 80, path: "/", isSecure: false)),
            ("127.0.0.1:4000", Endpoint(host: "127.0.0.1", port: 4000, path: "/", isSecure: false)),
            ("localhost:4000/ws", Endpoint(host: "localhost", port: 4000, path: "/ws", isSecure: false)),
        ]
    )
    func known(host: String, endpoint: Endpoint) throws {
        #expect(try HostPolicy(allowsLoopback: true).endpoint(for: host) == endpoint)
    }

    @Test(
        "everything else is refused, and not repeated",
        arguments: [
            "", "/", ":443", "obsidian.md", ".obsidian.md", "evil.example", "evil.example:443", "evilobsidian.md",
            "sync-1.obsidian.md.evil.example", "evil.example/.obsidian.md", "evil.example#.obsidian.md",
            "evil.example?.obsidian.md", "evil.example\\.obsidian.md", "user@sync-1.obsidian.md",
            "sync-1.obsidian.md@evil.example", "sync-1.obsidian.md:0", "sync-1.obsidian.md:65536",
            "sync-1.obsidian.md:",
            "sync-1.obsidian.md:-1", "sync-1.obsidian.md:443:443", "sync-1.obsidian.md:4 43", "sync-1.obsidian.md ",
            " sync-1.obsidian.md", "SYNC-1.OBSIDIAN.MD", "sync\u{2010}1.obsidian.md", "sync-1.obsidian.md\r\nX: y",
            "sync-1.obsidian.md/a b", "sync-1.obsidian.md/\r\nX: y", "sync-1.obsidian.md/\u{E9}",
            "127.0.0.1.evil.example",
            "localhost.evil.example", "127.0.0.2", "0.0.0.0", "10.0.0.1", "169.254.169.254", "[::1]", "::1",
            "2130706433",
            "https://sync-1.obsidian.md", "wss://sync-1.obsidian.md", "evil.example\u{0}.obsidian.md",
            "a%2eobsidian.md", String(repeating: "a", count: 250) + ".obsidian.md",
            "sync-1.obsidian.md/" + String(repeating: "a", count: 1024),
        ]
    )
    func hostile(host: String) {
        let error = #expect(throws: SyncError.self) { try HostPolicy(allowsLoopback: true).endpoint(for: host) }
        #expect(error?.name == .protocolChanged)
        #expect(error?.description.contains("evil") == false)
    }

    @Test(
        "this machine is believed of a service on this machine only, or where somebody names it",
        arguments: ["127.0.0.1:80/x", "localhost"]
    )
    func loopback(host: String) throws {
        let error = #expect(throws: SyncError.self) { try HostPolicy().endpoint(for: host) }
        #expect(error?.name == .protocolChanged)
        #expect(try !HostPolicy(allowing: AllowedHosts(["127.0.0.1", "localhost"])).endpoint(for: host).isSecure)
        for (api, isAllowed) in [
            ("https://api.obsidian.md", false), ("http://127.0.0.1:8080", true), ("https://localhost:8443/x", true),
            ("https://127.0.0.1.evil.example", false),
        ] {
            let configuration = try ObsidianProvider.Configuration(environment: ["OBSIDIAN_API_URL": api])
            #expect(((try? configuration.hosts.endpoint(for: host)) != nil) == isAllowed, "\(api)")
        }
    }

    @Test("further hosts are those that were named, with TLS")
    func allowed() throws {
        let policy = HostPolicy(allowing: AllowedHosts(["sync.example", "other.example:9000"]))
        #expect(try policy.endpoint(for: "sync.example").isSecure)
        #expect(try policy.endpoint(for: "sync.example:444").port == 444)
        #expect(try policy.endpoint(for: "other.example:9000").port == 9000)
        for host in ["other.example", "other.example:9001", "a.sync.example", "sync.example.evil"] {
            #expect(throws: SyncError.self) { try policy.endpoint(for: host) }
        }
    }
}
