import Clocks
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

@Suite("An open vault", .tags(.integration), .timeLimit(.minutes(10)))
struct ObsidianSessionTests {
    private static func files(_ entries: [Entry]) -> [Entry] {
        entries.filter { $0.kind == .file }.sorted(by: Entry.precedes)
    }

    private static func named(_ path: String, in entries: [Entry]) throws -> Entry {
        try #require(entries.first { $0.path == VaultPath(path) })
    }

    @Test("a snapshot and all contents are what the service holds", arguments: [0, 2, 3])
    func snapshot(version: Int) async throws {
        try await SimulatedService.with(SimulatedService.vault(version: version, withRecording: true)) { service in
            try await service.withVault { session in
                let (entries, end) = try await session.entries()
                let account = service.vault.account().files
                let files = Self.files(entries)
                #expect(end == ListingEnd(isSnapshot: true, cursor: SourceCursor(String(service.vault.version))))
                #expect(files.map(\.path) == account.map { VaultPath($0.path) })
                #expect(files.map(\.version) == account.map(\.uid))
                #expect(files.map(\.size) == account.map { Int64($0.size) })
                #expect(files.map(\.sha256) == account.map(\.sha256))
                #expect(files.map(\.mtime) == account.map { Timestamp(milliseconds: $0.mtime) })
                #expect(entries.filter { $0.kind == .folder }.map(\.path.rawValue) == ["Notes"])
                #expect(!entries.contains { $0.kind == .deletion || $0.kind == .unreadable })
                for (file, expected) in zip(files, account) {
                    let content = try await session.digest(of: file)
                    #expect(content.sha256 == expected.sha256)
                    #expect(content.size == Int64(expected.size))
                    #expect(content.stated == Int64(expected.size))
                }
            }
            #expect(service.simulator.counters.snapshots == 1)
            #expect(service.simulator.counters.pulls == service.vault.account().files.count)
        }
    }

    @Test("an incremental listing has what changed: versions, deletions, renames")
    func incremental() async throws {
        try await SimulatedService.with { service in
            let cursor = try await service.withVault { try await $0.entries().end.cursor }
            service.vault.write("Notes/Hello.md", .text("Hello again!\n"))
            try service.vault.delete("Notes/One byte")
            try service.vault.rename("Notes/New.md", to: "Notes/Newer.md")
            try await service.withVault(since: cursor) { session in
                let (entries, end) = try await session.entries()
                #expect(end == ListingEnd(isSnapshot: false, cursor: SourceCursor(String(service.vault.version))))
                #expect(entries.map(\.kind) == [.file, .deletion, .file, .deletion])
                let paths = ["Notes/Hello.md", "Notes/One byte", "Notes/Newer.md", "Notes/New.md"]
                #expect(entries.map(\.path.rawValue) == paths)
                #expect(entries.map(\.previousPath?.rawValue) == [nil, nil, "Notes/New.md", nil])
                #expect(try await session.digest(of: entries[0]).size == 13)
            }
            #expect(service.simulator.counters.incrementalListings == 1)
        }
    }

    @Test("nothing new is an empty listing with the same cursor")
    func nothingNew() async throws {
        try await SimulatedService.with { service in
            let cursor = SourceCursor(String(service.vault.version))
            let (entries, end) = try await service.withVault(since: cursor) { try await $0.entries() }
            #expect(entries.isEmpty)
            #expect(end == ListingEnd(isSnapshot: false, cursor: cursor))
        }
    }

    @Test("a cursor ahead of the service belongs to a vault that was replaced")
    func replaced() async throws {
        try await SimulatedService.with { service in
            let end = try await service.withVault(since: SourceCursor("5000")) { try await $0.entries().end }
            #expect(end.wasReplaced)
            #expect(!end.isSnapshot)
        }
    }

    @Test("the order of a listing does not matter")
    func order() async throws {
        var configuration = ObsidianSimulator.Configuration()
        configuration.listsNewestFirst = true
        try await SimulatedService.with(configuration: configuration) { service in
            let (entries, end) = try await service.withVault { try await $0.entries() }
            #expect(end.cursor.rawValue == String(service.vault.version))
            #expect(Self.files(entries).count == service.vault.account().files.count)
        }
    }

    @Test("names that a client with the other counter wrote are read", arguments: try Vectors.vaults())
    func otherCounter(vector: Vectors.Vault) async throws {
        let names = try Vectors.wrappingNames().filter { $0.vault == vector.id && $0.text.hasSuffix(".md") }
        var settings = SimulatedVault.Configuration(
            id: SimulatedService.vaultID,
            name: "Other",
            password: vector.password,
            salt: vector.salt
        )
        settings.fullCounterDevices = ["tablet"]
        let vault = try SimulatedVault(settings)
        for name in names {
            vault.write(name.text, .text("1"), by: .init(device: "tablet"))
            vault.write(name.text, .text("2"), by: .init(device: "phone"))
        }
        try await SimulatedService.with(vault) { service in
            let secret = SimulatedService.secret(vaultPassword: vector.password)
            let (entries, _) = try await service.withVault(since: SourceCursor("0"), secret) { try await $0.entries() }
            #expect(!names.isEmpty)
            #expect(entries.map(\.path.rawValue) == names.map(\.text))
            // From the first change on there are both forms of each name.
            let (log, _) = try await service.withVault(since: SourceCursor("1"), secret) { try await $0.entries() }
            #expect(log.count == names.count * 2 - 1)
            #expect(!log.contains { $0.kind == .unreadable })
        }
    }

    @Test("records are taken as they are meant, however their fields are written")
    func loose() async throws {
        try await SimulatedService.with { service in
            service.simulator.inject(.recordsLoose)
            let (entries, end) = try await service.withVault { try await $0.entries() }
            let account = service.vault.account().files
            #expect(Self.files(entries).map(\.version) == account.map(\.uid))
            #expect(Self.files(entries).map(\.mtime) == account.map { Timestamp(milliseconds: $0.mtime) })
            #expect(Self.files(entries).map(\.size) == account.map { Int64($0.size) })
            #expect(end.cursor == SourceCursor(String(service.vault.version)))
        }
    }

    @Test("a listing is read once")
    func twice() async throws {
        try await SimulatedService.with { service in
            try await service.withVault { session in
                _ = try await session.entries()
                try await syncError(.protocolChanged) { try await session.entries() }
            }
        }
    }

    @Test("a body can be fetched without reading the listing first")
    func withoutListing() async throws {
        try await SimulatedService.with { service in
            let expected = try #require(service.vault.account().files.first { $0.path == "Notes/Hello.md" })
            let entry = Entry(kind: .file, path: VaultPath("x"), version: expected.uid, handle: String(expected.uid))
            let content = try await service.withVault(since: SourceCursor("1")) { try await $0.digest(of: entry) }
            #expect(content.sha256 == expected.sha256)
        }
    }

    @Test("what is left unread of a body is thrown away, and the next one is whole")
    func unread() async throws {
        try await SimulatedService.with(SimulatedService.vault(withRecording: true)) { service in
            try await service.withVault { session in
                let (entries, _) = try await session.entries()
                let large = try Self.named(SimulatedService.recording, in: entries)
                for _ in 0..<2 {
                    try await session.withContent(of: large) { content in
                        for try await _ in content.stream { break }
                    }
                }
                try await session.withContent(of: large) { _ in }
                let small = try Self.named("Notes/Hello.md", in: entries)
                #expect(try await session.digest(of: small).sha256 == small.sha256)
            }
        }
    }

    @Test("the size that comes with a body is right where the listing states another: tag and hash vouch for the body")
    func statedSize() async throws {
        try await SimulatedService.with { service in
            try await service.withVault { session in
                var file = try Self.named("Notes/Hello.md", in: try await session.entries().entries)
                file.size = 4711
                try await session.withContent(of: file) { content in
                    #expect(content.correctsListing)
                    #expect(content.size == 14)
                }
            }
        }
    }

    @Test(
        "pongs, records and single frames do not harm a body",
        arguments: [
            SimulatorFault.bodyInterleaved, .bodyInOneFrame,
        ]
    )
    func harmless(fault: SimulatorFault) async throws {
        try await SimulatedService.with(SimulatedService.vault(withRecording: true)) { service in
            service.simulator.inject(fault, times: nil)
            try await service.withVault { session in
                for file in Self.files(try await session.entries().entries) {
                    #expect(try await session.digest(of: file).sha256 == file.sha256)
                }
            }
        }
    }

    @Test(
        "a broken body is an error of its kind",
        arguments: [
            (SimulatorFault.bodyFlipped, SyncError.Name.corruptContent),
            (.bodyCut, .sourceUnavailable),
            (.bodyReportedDeleted, .sourceGone),
            (.pullRefused("Version 5 not found"), .corruptContent),
            (.pullRefused("Vault not found"), .corruptContent),
            (.pullRefused("Server overloaded, please try again later"), .throttled),
            (.pullRefused("Not logged in"), .tokenExpired),
        ]
    )
    func broken(fault: SimulatorFault, name: SyncError.Name) async throws {
        try await SimulatedService.with(SimulatedService.vault(withRecording: true)) { service in
            service.simulator.inject(fault)
            try await service.withVault { session in
                let (entries, _) = try await session.entries()
                let large = try Self.named(SimulatedService.recording, in: entries)
                let error = try await syncError(name) { try await session.digest(of: large) }
                #expect(!error.description.contains("Recording"))
                // A cut connection is gone; on every other the next body can be had.
                guard fault != .bodyCut else { return }
                #expect(try await session.digest(of: large).sha256 == large.sha256)
            }
        }
    }

    @Test("another version's body has a good tag; its digest gives it away")
    func swapped() async throws {
        try await SimulatedService.with { service in
            try await service.withVault { session in
                let (entries, _) = try await session.entries()
                let hello = try Self.named("Notes/Hello.md", in: entries)
                let other = try Self.named("Notes/One byte", in: entries)
                service.simulator.inject(.bodySwapped(forUID: other.version), uid: hello.version)
                let content = try await session.digest(of: hello)
                #expect(content.sha256 == other.sha256)
                #expect(content.sha256 != hello.sha256)
            }
        }
    }

    @Test("a listing that breaks off is none")
    func cutListing() async throws {
        try await SimulatedService.with { service in
            service.simulator.inject(.listingCut(afterRecords: 3))
            try await syncError(.sourceUnavailable) { try await service.withVault { try await $0.entries() } }
        }
    }

    @Test("a handle of another provider is refused")
    func foreignHandle() async throws {
        try await SimulatedService.with { service in
            let entry = Entry(kind: .file, path: VaultPath("x"), version: 1, handle: "not a number")
            try await syncError(.corruptContent) { try await service.withVault { try await $0.digest(of: entry) } }
        }
    }

    @Test("a task that waits for a body can be cancelled", .timeLimit(.minutes(5)))
    func cancellation() async throws {
        try await SimulatedService.with { service in
            service.simulator.inject(.pullStalled)
            let entry = Entry(kind: .file, path: VaultPath("x"), version: 2, handle: "2")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await service.withVault { try await $0.digest(of: entry) } }
                try await eventually { service.simulator.counters.pulls > 0 }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
        }
    }
}
