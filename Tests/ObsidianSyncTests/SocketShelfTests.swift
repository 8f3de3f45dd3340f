import Simulators
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

@Suite("A socket that is left open for the next batch", .timeLimit(.minutes(5)))
struct SocketShelfTests {
    /// Opens the vault as a downloader does, and fetches all files.
    private func fetchAll(_ service: SimulatedService, _ provider: ObsidianProvider, _ secret: Secret) async throws {
        let id = try #require(VaultID(service.vault.configuration.id))
        try await provider.withLibrary(secret, logger: quiet) { source in
            try await source.withVault(id, since: SourceCursor("1")) { session in
                for version in [2, 3, 4] as [Int64] {
                    let entry = Entry(kind: .file, path: VaultPath("x"), version: version, handle: "\(version)")
                    _ = try await session.digest(of: entry)
                }
            }
        }
    }

    @Test("serves it, and closes when nobody comes")
    func reused() async throws {
        try await SimulatedService.with { service in
            let provider = try service.provider
            let secret = try await provider.renew(SimulatedService.secret(), logger: quiet)
            for _ in 1...3 { try await fetchAll(service, provider, secret) }
            #expect(service.simulator.counters.socketsOpened == 1)
            #expect(service.simulator.counters.pulls == 9)
        }
    }

    @Test("is not used after a while, nor with another token")
    func old() async throws {
        try await SimulatedService.with { service in
            let provider = try service.provider
            let secret = try await provider.renew(SimulatedService.secret(), logger: quiet)
            try await fetchAll(service, provider, secret)
            service.clock.advance(by: .seconds(11))
            try await fetchAll(service, provider, secret)
            #expect(service.simulator.counters.socketsOpened == 2)
            service.clock.advance(by: .seconds(60))
            let other = try await provider.renew(SimulatedService.secret(), logger: quiet)
            try await fetchAll(service, provider, other)
            #expect(service.simulator.counters.socketsOpened == 3)
        }
    }

    @Test("is closed by whoever lists, for a listing wants a socket of its own")
    func listing() async throws {
        try await SimulatedService.with { service in
            let provider = try service.provider
            let secret = try await provider.renew(SimulatedService.secret(), logger: quiet)
            try await fetchAll(service, provider, secret)
            let id = try #require(VaultID(service.vault.configuration.id))
            let entries = try await provider.withLibrary(secret, logger: quiet) { source in
                try await source.withVault(id, since: SourceCursor("1")) { try await $0.entries().entries }
            }
            #expect(!entries.isEmpty)
            #expect(service.simulator.counters.socketsOpened == 2)
        }
    }
}
