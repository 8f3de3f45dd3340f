import FoundationEssentials
import HTTPTransport
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

/// What a company's network puts between a machine and the service.
@Suite("A service behind a proxy", .tags(.integration), .timeLimit(.minutes(10)))
struct ProxiedServiceTests {
    /// Serves a vault with TLS under names that only the proxy knows.
    private static func with(
        _ vault: SimulatedVault? = nil,
        _ body: (ObsidianSimulator, ConnectProxy, [String: String]) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-proxied-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let roots = try SampleCertificate.write(to: folder.path).certificates
        var configuration = ObsidianSimulator.Configuration()
        configuration.isSecure = true
        configuration.hosts = [".obsidian.test"]
        let library = SimulatedLibrary(
            account: .init(email: Hidden.email, password: Hidden.password),
            vaults: [try vault ?? SimulatedService.vault(withRecording: true)]
        )
        try await withObsidianSimulator(library: library, configuration: configuration, logger: quiet) { simulator in
            simulator.inject(.hostStated("sync.obsidian.test"), times: nil)
            let port = simulator.port
            try await ConnectProxy.with(route: { $0.hasSuffix(".obsidian.test:443") ? port : nil }) { proxy in
                let environment = [
                    "OBSIDIAN_API_URL": "https://api.obsidian.test", "OBSYNC_ALLOW_HOSTS": "sync.obsidian.test",
                    "HTTPS_PROXY": proxy.address, "NO_PROXY": "127.0.0.1,localhost", "AWS_CA_BUNDLE": roots,
                ]
                try await body(simulator, proxy, environment)
            }
        }
    }

    private static func mirror(
        _ environment: [String: String],
        vault: String = SimulatedService.vaultID
    ) async throws -> Int {
        var configuration = try TransportConfiguration(environment: environment)
        // A machine that is busy with other tests may take its time.
        configuration.connectTimeout = .seconds(120)
        return try await AsyncHTTPClientTransport.with(configuration) { transport in
            let configuration = try ObsidianProvider.Configuration(environment: environment)
            let provider = ObsidianProvider(configuration, executor: transport, clock: ManualClock(), random: { 0.5 })
            let secret = SimulatedService.secret().setting(.null, at: "auth", "totp_secret")
            let renewed = try await provider.renew(secret, logger: quiet)
            let id = try #require(VaultID(vault))
            return try await provider.withLibrary(renewed, logger: quiet) { library in
                try await library.withVault(id, since: nil) { session in
                    let files = try await session.entries().entries.filter { $0.kind == .file }
                    for file in files {
                        let digest = try await session.digest(of: file)
                        #expect(digest.sha256 == file.sha256)
                    }
                    return files.count
                }
            }
        }
    }

    @Test("is signed in to, listed and read through it, with TLS to the service itself")
    func mirrored() async throws {
        try await Self.with { simulator, proxy, environment in
            let files = try await Self.mirror(environment)
            #expect(files == simulator.library.vaults[0].account().files.count)
            #expect(Set(proxy.requests) == ["api.obsidian.test:443", "sync.obsidian.test:443"])
        }
    }

    @Test("gives 12,000 notes through one socket, too")
    func manyNotes() async throws {
        let vault = try SampleLibrary.makeLarge(files: 12_000, attachmentBytes: 0)
        try await Self.with(vault) { simulator, proxy, environment in
            let files = try await Self.mirror(environment, vault: SampleLibrary.largeID)
            #expect(files == 12_000)
            #expect(simulator.counters.socketsOpened == 1)
            #expect(proxy.requests.count { $0 == "sync.obsidian.test:443" } == 1)
        }
    }

    @Test("whose certificate nobody vouches for is said to have such a one, and nothing is tried again")
    func untrusted() async throws {
        try await Self.with { _, proxy, environment in
            let strict = environment.filter { $0.key != "AWS_CA_BUNDLE" }
            let error = try await syncError(.invalidConfiguration) { try await Self.mirror(strict) }
            #expect(error.reason == "CERTIFICATE_VERIFY_FAILED")
            #expect(error.message.contains("certificate"))
            #expect(proxy.requests.count == 1)
        }
    }
}
