import ArgumentParser
import Checksums
import Clocks
import Foundation
import LocalAdapters
import Logging
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

extension Tag {
    /// Talks over loopback.
    @Tag static var integration: Self
}

/// `obsync sync` and `obsync demo` in this process: the built-in provider, a folder, SQLite.
@Suite("mirroring into a folder", .tags(.integration))
struct LocalRunTests {
    private func withFolder(_ body: (LocalFolder) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: path) }
        let folder = LocalFolder(path.path(percentEncoded: false))
        try folder.prepare()
        try DemoSource(place: folder).writeCredentials()
        try await body(folder)
    }

    private func mirror(
        _ library: SimulatedLibrary,
        into folder: LocalFolder,
        vault: String? = nil,
        complete: Bool = false
    ) async throws -> Summary {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let quiet = logger
        let tellings = Tellings()
        var options = try RunOptions.parse([])
        options.complete = complete
        let settings = options
        let summary = try await withObsidianSimulator(library: library, logger: quiet) { server in
            try await LocalRun(
                place: folder,
                credentials: folder.credentials,
                environment: ["OBSIDIAN_API_URL": server.baseURL],
                isQuiet: true,
                logger: tellings.logger
            ).run(vault: vault, settings)
        }
        // Whoever finds another process at work has nothing to answer for.
        if summary.isAlreadyRunning { return summary }
        let vaults = library.accounts()
        try await folder.expectInvariants(
            of: vaults.map { ($0.id, $0.name) },
            secrets: library.privateTexts,
            told: tellings.take()
        )
        return summary
    }

    /// Compares the folder with the provider's own account: names by their bytes, contents, times, nothing else.
    private func expectMirror(_ library: SimulatedLibrary, in folder: LocalFolder) throws {
        for vault in library.accounts() {
            let root = folder.path + "/" + vault.name
            var found: Set<VaultPath> = []
            for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init() {
                let attributes = try FileManager.default.attributesOfItem(atPath: root + "/" + path)
                if attributes[.type] as? FileAttributeType == .typeRegular { found.insert(VaultPath(path)) }
            }
            #expect(found == Set(vault.files.map { VaultPath($0.path) }))
            for file in vault.files {
                let path = root + "/" + file.path
                let content = try #require(FileManager.default.contents(atPath: path), "\(file.path)")
                var hasher = SHA256Hasher()
                hasher.update(Array(content))
                #expect(hasher.hexDigest() == file.sha256, "\(file.path)")
                let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
                let modified = try #require(date).timeIntervalSince1970
                #expect(abs(modified * 1000 - Double(file.mtime)) < 1, "\(file.path)")
            }
        }
    }

    @Test("the sample arrives whole; again nothing; after edits only what changed; deletions and renames follow")
    func demo() async throws {
        try await withFolder { folder in
            let library = try SampleLibrary.make()
            let first = try await mirror(library, into: folder)
            #expect(first.filesCount == library.accounts().reduce(0) { $0 + $1.files.count })
            try expectMirror(library, in: folder)

            let second = try await mirror(library, into: folder)
            #expect(second.filesCount == 0)

            for round in 1...3 {
                let edits = try SampleLibrary.edit(library, round: round)
                let summary = try await mirror(library, into: folder)
                #expect(summary.filesCount == edits.reduce(0) { $0 + $1.changed.count + $1.added.count })
                try expectMirror(library, in: folder)
            }

            let complete = try await mirror(library, into: folder, complete: true)
            #expect(complete.filesCount == 0)
            try expectMirror(library, in: folder)
        }
    }

    @Test("one vault is mirrored by its name, the other is left alone")
    func oneVault() async throws {
        try await withFolder { folder in
            let summary = try await mirror(try SampleLibrary.make(), into: folder, vault: SampleLibrary.archiveName)
            #expect(summary.vaultsSynced.map(\.rawValue) == [SampleLibrary.archiveID])
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/" + SampleLibrary.fieldNotesName))
        }
    }

    @Test("an unknown vault is answered with those that there are")
    func unknownVault() async throws {
        try await withFolder { folder in
            let error = await #expect(throws: FailedRun.self) {
                try await mirror(try SampleLibrary.make(), into: folder, vault: "Nope")
            }
            #expect(error?.error.name == .invalidInput)
            #expect(error?.error.message.contains(SampleLibrary.archiveName) == true)
        }
    }

    @Test("a name that several vaults have is answered with their ids; an id is enough")
    func ambiguousVault() async throws {
        try await withFolder { folder in
            let sample = try SampleLibrary.make()
            var settings = sample.vaults[1].configuration
            settings.id = String(repeating: "ab", count: 16)
            settings.isShared = true
            let twin = try SimulatedVault(settings)
            twin.write("twin.md", .text("twin"))
            let library = SimulatedLibrary(account: sample.account, vaults: sample.vaults + [twin])
            let error = await #expect(throws: FailedRun.self) {
                try await mirror(library, into: folder, vault: SampleLibrary.archiveName)
            }
            #expect(error?.error.name == .invalidInput)
            for id in [SampleLibrary.archiveID, settings.id] { #expect(error?.error.message.contains(id) == true) }
            #expect(error?.error.message.contains(SampleLibrary.fieldNotesID) == false)
            #expect(try await mirror(library, into: folder, vault: settings.id).filesCount == 1)
        }
    }

    @Test("a file where a folder is needed is reported, and neither overwrites the other")
    func collision() async throws {
        try await withFolder { folder in
            let library = try SampleLibrary.make()
            let archive = library.vaults[1]
            archive.write("Notes", .text("a file"))
            _ = try await mirror(library, into: folder)
            archive.write("Notes/inside.md", .text("a file below a file"))
            archive.write("Other.md", .text("another"))
            let error = await #expect(throws: FailedRun.self) { try await mirror(library, into: folder) }
            #expect(error?.error.name == .partialFailure)
            let root = folder.path + "/" + SampleLibrary.archiveName
            #expect(FileManager.default.contents(atPath: root + "/Notes") == Data("a file".utf8))
            #expect(FileManager.default.contents(atPath: root + "/Other.md") == Data("another".utf8))
            try archive.delete("Notes")
            _ = try await mirror(library, into: folder)
            try expectMirror(library, in: folder)
        }
    }

    @Test("a wrong vault password costs the other vault nothing, and is what the run fails with")
    func wrongPassword() async throws {
        try await withFolder { folder in
            let secret = DemoSource.sampleSecret
                .setting(.string("wrong"), at: "vaults", SampleLibrary.fieldNotesID, "password")
            try Data(try secret.json).write(to: URL(filePath: folder.credentials))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.credentials)
            let error = await #expect(throws: FailedRun.self) {
                try await mirror(try SampleLibrary.make(), into: folder)
            }
            #expect(error?.error.name == .vaultPasswordWrong)
            #expect(FileManager.default.fileExists(atPath: folder.path + "/" + SampleLibrary.archiveName))
        }
    }

    @Test("credentials that others can read are refused with the way out")
    func openCredentials() async throws {
        try await withFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.credentials)
            let error = await #expect(throws: SyncError.self) {
                try await mirror(try SampleLibrary.make(), into: folder)
            }
            #expect(error?.name == .invalidConfiguration)
            #expect(error?.message.contains("chmod 600") == true)
        }
    }

    @Test("one process works on a folder at a time; what a killed one leaves behind keeps nobody out")
    func lock() async throws {
        try await withFolder { folder in
            let library = try SampleLibrary.make()
            do {
                let now = SystemClock().now
                let attempt = try FolderLock.take(path: folder.data + "/lock", now: now)
                guard case .taken = attempt else { return #expect(Bool(false), "the lock is free") }
                let summary = try await mirror(library, into: folder)
                #expect(summary.isAlreadyRunning)
                #expect(summary.success)
                #expect(summary.metadata["process"] == String(getpid()))
                #expect(summary.message.contains(now.iso8601))
                withExtendedLifetime(attempt) {}
            }
            let records = try SQLiteRecordStore(path: folder.data + "/records.sqlite")
            let killed = try #require(RunID("killed"))
            let vault = try #require(VaultID(SampleLibrary.archiveID))
            let now = SystemClock().now
            #expect(try await records.acquireLease(Lease(owner: killed, now: now), on: vault, now: now))
            #expect(try await mirror(library, into: folder).vaultsSynced.count == 2)
        }
    }

    @Test("the working data of a run that has succeeded is removed")
    func tidy() async throws {
        try await withFolder { folder in
            _ = try await mirror(try SampleLibrary.make(), into: folder)
            let left = FileManager.default.enumerator(atPath: folder.data + "/state")?.allObjects as? [String] ?? []
            #expect(left.filter { $0.hasSuffix(".jsonl") || $0.hasSuffix(".json") } == [])
        }
    }

    @Test("the demo's source is the same in every process, edits included")
    func deterministic() throws {
        let one = try SampleLibrary.make()
        let other = try SampleLibrary.make()
        _ = try SampleLibrary.edit(one, round: 1)
        _ = try SampleLibrary.edit(other, round: 1)
        let digests = [one, other].map { library in library.accounts().map { $0.files.map(\.sha256) } }
        #expect(digests[0] == digests[1])
    }

    @Test("every kind of error has an exit status of its own kind")
    func exitStatus() {
        #expect(ExitStatus.of(.invalidInput) == 64)
        #expect(ExitStatus.of(.partialFailure) == 65)
        #expect(ExitStatus.of(.authenticationFailed) == 77)
        #expect(ExitStatus.of(.invalidConfiguration) == 78)
        #expect(ExitStatus.of(.init(rawValue: "States.Runtime")) == 70)
    }
}
