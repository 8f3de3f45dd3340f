import Checksums
import Clocks
import Foundation
import LocalAdapters
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// `obsync sync` as a process of its own that is killed, and `obsync redrive` after it.
@Suite("a killed run", .tags(.integration))
struct KilledRunTests {
    private static func environment(_ provider: String) -> [String: String] {
        ["PATH": "/usr/bin:/bin", "OBSIDIAN_API_URL": provider]
    }

    private func process(_ arguments: [String], _ provider: String) throws -> Process {
        let process = Process()
        let executable: URL = try #require(BuiltProducts.url(of: "obsync"), "obsync is not built")
        process.executableURL = executable
        process.arguments = arguments
        process.environment = Self.environment(provider)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    private func run(_ arguments: [String], _ provider: String) async throws -> ProgramOutcome {
        let executable: URL = try #require(BuiltProducts.url(of: "obsync"), "obsync is not built")
        return try await Process.outcome(of: executable, arguments, environment: Self.environment(provider))
    }

    @Test("is redriven from where it stood: nothing that arrived is fetched again", .timeLimit(.minutes(10)))
    func redrive() async throws {
        let folder = LocalFolder(
            FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        )
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        try folder.prepare()
        try DemoSource(place: folder).writeCredentials()
        let library = try SampleLibrary.make()
        let files = library.accounts().reduce(0) { $0 + $1.files.count }
        try await withObsidianSimulator(library: library, logger: quietLogger) { provider in
            // Far enough into the Map, pulls get no answer any more: the process is killed there.
            let vault = try library.vault(named: SampleLibrary.fieldNotesName).account()
            let last = vault.files.sorted { VaultPath($0.path) < VaultPath($1.path) }.suffix(20)
            for file in last { provider.inject(.pullStalled, uid: file.uid, times: nil) }
            let credentials = folder.credentials
            let victim = try process(
                ["sync", "--dest", folder.path, "--credentials", credentials, "--json"],
                provider.baseURL
            )
            try victim.run()
            let stalled = Set(last.map(\.uid))
            // Until pulls wait for answers, and every file that has arrived has its record.
            while victim.isRunning {
                let arrived = try library.accounts().reduce(0) { try $0 + count($1, in: folder) }
                let isWaiting = provider.counters.pulledUIDs.contains { stalled.contains($0) }
                if arrived > 100, isWaiting, try await recorded(in: folder) == arrived { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(kill(victim.processIdentifier, SIGKILL) == 0)
            try await victim.ended()
            #expect(victim.terminationReason == .uncaughtSignal)

            let kept = try KeptExecutions(in: folder)
            let killed = try #require(try await kept.store.executions(status: nil, limit: 10).first)
            #expect(killed.status == .running)
            #expect(killed.isOrphan)
            let list = try await run(["executions", "list", "--dest", folder.path], provider.baseURL)
            #expect(list.output.contains("ABORTED"))
            #expect(list.output.contains("can be redriven"))

            let arrived = try library.accounts().reduce(0) { try $0 + count($1, in: folder) }
            #expect(arrived > 100)
            provider.faults = .init()
            let before = provider.counters.pulls
            let redriven = try await run(
                ["redrive", killed.name, "--dest", folder.path, "--json", "--log-level", "info"],
                provider.baseURL
            )
            #expect(redriven.status == 0)
            try await expectInvariants(library, in: folder, redriven.error)
            let summary = try FunctionJSON.decode(Summary.self, from: redriven.output.utf8)
            #expect(summary.success)
            // A file that arrived a moment before the process died may be without a record.
            #expect(provider.counters.pulls - before <= files - arrived + 3, "what had arrived stayed")
            try expectMirror(library, in: folder)

            let history = try await run(
                ["executions", "history", killed.name, "--dest", folder.path],
                provider.baseURL
            )
            #expect(history.output.contains("ExecutionAborted"))
            #expect(history.output.contains("ExecutionRedriven"))
            let show = try await run(
                ["executions", "show", killed.name, "--dest", folder.path, "--json"],
                provider.baseURL
            )
            #expect(show.output.contains(#""status":"SUCCEEDED""#))
            #expect(show.output.contains(#""redriveCount":1"#))
            let again = try await run(["redrive", killed.name, "--dest", folder.path], provider.baseURL)
            #expect(again.status == 64, "what succeeded cannot be redriven")
            let next = try await run(
                ["sync", "--dest", folder.path, "--credentials", credentials, "--json"],
                provider.baseURL
            )
            #expect(next.output.contains(#""files_count":0"#))
            try await expectInvariants(library, in: folder, next.error)
        }
    }

    /// Has the checker look at everything.
    private func expectInvariants(_ library: SimulatedLibrary, in folder: LocalFolder, _ log: String) async throws {
        let records = try SQLiteRecordStore(path: folder.records)
        var evidence = MirrorEvidence(
            records: records,
            mirror: FolderObjectStore(root: folder.path, scratch: folder.data + "/tmp"),
            state: folder.state,
            vaults: try library.accounts().map { .init(id: try #require(VaultID($0.id)), folder: $0.name) },
            makeHasher: { SHA256Hasher() },
            clock: SystemClock()
        )
        evidence.secrets = library.privateTexts
        evidence.told = [.init("log", log)]
        let kept = try KeptExecutions(in: folder)
        for execution in try await kept.store.executions(status: nil, limit: 10) {
            try await kept.store.forEachEvent(of: execution.name) {
                evidence.told.append(.init("history", "\($0.details)"))
            }
            evidence.told.append(.init("output", execution.output?.jsonText ?? execution.cause ?? ""))
        }
        for violation in try await MirrorInvariants.violations(of: evidence) { Issue.record("\(violation)") }
    }

    /// How many files have records that say that they have arrived.
    private func recorded(in folder: LocalFolder) async throws -> Int {
        let records = try SQLiteRecordStore(path: folder.data + "/records.sqlite")
        var recorded = 0
        for id in [SampleLibrary.fieldNotesID, SampleLibrary.archiveID] {
            for try await page in records.allRecords(in: try #require(VaultID(id)), after: nil) {
                recorded += page.count { $0.status == .completed }
            }
        }
        return recorded
    }

    private func count(_ vault: SimulatedVaultAccount, in folder: LocalFolder) throws -> Int {
        vault.files.count { FileManager.default.fileExists(atPath: "\(folder.path)/\(vault.name)/\($0.path)") }
    }

    private func expectMirror(_ library: SimulatedLibrary, in folder: LocalFolder) throws {
        for vault in library.accounts() {
            for file in vault.files {
                let size =
                    try FileManager.default
                    .attributesOfItem(atPath: "\(folder.path)/\(vault.name)/\(file.path)")[.size] as? Int
                #expect(size == file.size)
            }
        }
    }
}
