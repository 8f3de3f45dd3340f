import Checksums
import Clocks
import HTTPTransport
import Simulators
import SyncCore
import TestSupport

@testable import ObsidianSync

/// A simulated service with one vault, and the way into it.
struct SimulatedService {
    static let vaultID = "00000000000000000000000000000042"
    static let password = "a vault's password"
    static let salt = "20 printable letters"
    static let totpSecret = "JBSWY3DPEHPK3PXP"
    static let recording = "Attachments/Recording.wav"

    let simulator: ObsidianSimulator
    let vault: SimulatedVault
    let transport: AsyncHTTPClientTransport
    let clock: ManualClock
    var environment: [String: String] = [:]

    /// What a vault of these tests has: small files, an empty one, names that need care, a rename and a deletion; and a
    /// file of three pieces where it is asked for, which takes a second to make.
    static func vault(version: Int = 3, withRecording: Bool = false) throws -> SimulatedVault {
        var settings = SimulatedVault.Configuration(id: vaultID, name: "Test", password: password, salt: salt)
        settings.encryptionVersion = version
        let vault = try SimulatedVault(settings)
        vault.makeFolder("Notes")
        vault.write("Notes/Hello.md", .text("Hello, world!\n"))
        vault.write("Notes/Empty.md", .bytes([]))
        vault.write("Notes/One byte", .bytes([0]))
        vault.write("Notes/Caf\u{E9}.md", .text("composed"))
        vault.write("Notes/Cafe\u{301}.md", .text("decomposed"))
        if withRecording { vault.write(recording, .generated(seed: "recording", size: 5 * 1_048_576)) }
        vault.write("Notes/Old.md", .text("old"))
        try vault.rename("Notes/Old.md", to: "Notes/New.md")
        vault.write("Notes/Gone.md", .text("gone"))
        try vault.delete("Notes/Gone.md")
        return vault
    }

    /// Runs a service with a vault, `body`, and checks that nothing was asked that writes.
    @discardableResult
    static func with<Result: Sendable>(
        _ vault: SimulatedVault? = nil,
        configuration: ObsidianSimulator.Configuration = .init(),
        environment: [String: String] = [:],
        _ body: (SimulatedService) async throws -> Result
    ) async throws -> Result {
        let vault = try vault ?? Self.vault()
        let clock = ManualClock()
        var configuration = configuration
        configuration.unixTime = { clock.now.milliseconds / 1000 }
        let library = SimulatedLibrary(
            account: .init(email: Hidden.email, password: Hidden.password, totpSecret: totpSecret),
            vaults: [vault]
        )
        return try await withObsidianSimulator(library: library, configuration: configuration, logger: quiet) {
            simulator in
            let result = try await AsyncHTTPClientTransport.with { transport in
                try await body(
                    SimulatedService(
                        simulator: simulator,
                        vault: vault,
                        transport: transport,
                        clock: clock,
                        environment: environment
                    )
                )
            }
            guard simulator.counters.refusedWrites.isEmpty, simulator.counters.overlappingRequests == 0,
                simulator.counters.requestsWithoutUserAgent == 0
            else { throw SyncError(.protocolChanged, "a client did what it must not: \(simulator.counters)") }
            return result
        }
    }

    var provider: ObsidianProvider {
        get throws {
            var variables = environment
            variables["OBSIDIAN_API_URL"] = simulator.baseURL
            let configuration = try ObsidianProvider.Configuration(environment: variables)
            return ObsidianProvider(configuration, executor: transport, clock: clock, random: { 0.5 })
        }
    }

    /// A secret without a token.
    static func secret(vaultPassword: String? = password) -> Secret {
        var fields: [String: JSON] = [
            "provider": .string("obsidian"),
            "auth": .object([
                "email": .string(Hidden.email), "password": .string(Hidden.password),
                "totp_secret": .string(totpSecret),
            ]),
        ]
        if let vaultPassword {
            fields["vaults"] = .object([vaultID: .object(["password": .string(vaultPassword)])])
        }
        return Secret(fields)
    }

    /// Signs in and opens the account.
    func withLibrary<Result: Sendable>(
        _ secret: Secret = Self.secret(),
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        let renewed = try await provider.renew(secret, logger: quiet)
        return try await provider.withLibrary(renewed, logger: quiet, body)
    }

    /// Signs in and opens the vault.
    func withVault<Result: Sendable>(
        since cursor: SourceCursor? = nil,
        _ secret: Secret = Self.secret(),
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        guard let id = VaultID(vault.configuration.id) else { throw SyncError(.invalidInput, "no id") }
        return try await withLibrary(secret) { try await $0.withVault(id, since: cursor, body) }
    }
}

extension VaultSession {
    /// Everything that is listed, and the end.
    func entries() async throws -> (entries: [Entry], end: ListingEnd) {
        var entries: [Entry] = []
        let end = try await list { entries.append($0) }
        return (entries, end)
    }

    /// Reads a body to its end: the digest and the number of bytes.
    func digest(of entry: Entry) async throws -> (sha256: String, size: Int64, stated: Int64?) {
        try await withContent(of: entry) { content in
            var hasher = SHA256Hasher()
            var size: Int64 = 0
            for try await bytes in content.stream {
                hasher.update(bytes)
                size += Int64(bytes.count)
            }
            return (hasher.hexDigest(), size, content.size)
        }
    }
}
