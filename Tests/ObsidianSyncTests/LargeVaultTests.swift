import Simulators
import SyncCore
import Testing

@testable import ObsidianSync

@Suite("A large vault", .tags(.integration), .timeLimit(.minutes(3)))
struct LargeVaultTests {
    @Test("12,000 files come over one socket")
    func manyFiles() async throws {
        let vault = try SampleLibrary.makeLarge(files: 12_000, attachmentBytes: 0)
        try await SimulatedService.with(vault) { service in
            try await service.withVault { session in
                var files: [Entry] = []
                let end = try await session.list { files.append($0) }
                #expect(end == ListingEnd(isSnapshot: true, cursor: SourceCursor("12000")))
                var wrong = 0
                for file in files {
                    let digest = try await session.digest(of: file)
                    if digest.sha256 != file.sha256 { wrong += 1 }
                }
                #expect(files.count == 12_000)
                #expect(wrong == 0)
            }
            let counters = service.simulator.counters
            #expect(counters.socketsOpened == 1)
            #expect(counters.recordsListed == 12_000)
            #expect(counters.pulls == 12_000)
            #expect(Set(counters.pulledUIDs).count == 12_000)
        }
    }
}
