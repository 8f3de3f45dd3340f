import ArgumentParser
import Foundation
import GRDB
import LocalAdapters
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// What a mirror that is kept for long leaves behind of its runs.
@Suite("what is kept of runs", .tags(.integration))
struct ExecutionGrowthTests {
    private func with(_ body: (LocalFolder, Chronicle, ObsidianSimulator) async throws -> Void) async throws {
        try await BucketWorld.withRoot { root in
            let folder = LocalFolder(root + "/mirror")
            try folder.prepare()
            try #require(
                FileManager.default.createFile(
                    atPath: folder.credentials,
                    contents: Data(try Chronicle.secret.json),
                    attributes: [.posixPermissions: 0o600]
                )
            )
            var chronicle = try Chronicle(seed: 5)
            try chronicle.change()
            try await withObsidianSimulator(library: chronicle.library, logger: quietLogger) { server in
                try await body(folder, chronicle, server)
            }
        }
    }

    private func sync(_ folder: LocalFolder, _ server: ObsidianSimulator, vault: String? = nil) async throws -> Summary
    {
        try await LocalRun(
            place: folder,
            credentials: folder.credentials,
            environment: ["OBSIDIAN_API_URL": server.baseURL],
            isQuiet: true,
            logger: quietLogger
        ).run(vault: vault, RunOptions.parse([]))
    }

    /// The bytes of the database that are in use.
    private func used(_ folder: LocalFolder) async throws -> Int {
        let database = try DatabaseQueue(path: folder.executions)
        return try await database.read { database in
            func number(_ pragma: String) throws -> Int { try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0 }
            return try (number("page_count") - number("freelist_count")) * number("page_size")
        }
    }

    @Test("an idle run leaves a line: an hourly schedule stays under 20 MB a year")
    func idle() async throws {
        try await with { folder, _, server in
            #expect(try await sync(folder, server).filesCount > 0)
            for _ in 1...4 { #expect(try await sync(folder, server).filesCount == 0) }
            let before = try await used(folder)
            let runs = 20
            for _ in 1...runs { #expect(try await sync(folder, server).filesCount == 0) }
            let perRun = (try await used(folder) - before) / runs
            #expect(before + perRun * 365 * 24 < 20_000_000, "\(before) bytes and \(perRun) more with each run")

            let store = try KeptExecutions(in: folder).store
            let records = try await store.executions(status: nil, limit: 100)
            #expect(records.count == runs + 5)
            // Whole are the one that did something, the newest, and the one before, which was the newest when that began.
            #expect(
                records.map(\.isCondensed) == [false, false] + Array(repeating: true, count: runs + 2) + [false]
            )
            #expect(records.allSatisfy { $0.status == .succeeded && $0.output != nil })
            #expect(try await store.events(of: records[5].name, after: 0, limit: 10) == [])
            let shown = try await ObsyncProcess.run([
                "executions", "history", records[5].name, "--dest", folder.path,
            ])
            #expect(shown.status == 0 && shown.error.contains("obsync executions show \(records[5].name)"))
            let report = try await ObsyncProcess.run([
                "report", records[5].name, "--dest", folder.path, "--out", folder.path + ".html",
            ])
            #expect(report.status == 0, "\(report.error)")
        }
    }

    @Test(
        "a failure that a newer run has superseded leaves no manifest and no batch, and a redrive of it still ends well"
    )
    func superseded() async throws {
        try await with { folder, chronicle, server in
            let vault = chronicle.library.vaults[0]
            let broken = vault.write("broken.md", .text("this arrives damaged"))
            server.faults.add(.bodyFlipped, uid: broken, times: nil)
            let error = await #expect(throws: FailedRun.self) { try await sync(folder, server) }
            #expect(error?.error.name == .partialFailure)
            let failed = try #require(
                try await KeptExecutions(in: folder).store.executions(status: .failed, limit: 1).first
            )
            #expect(left(of: failed.name, in: folder).count == 3)

            server.faults.removeAll()
            #expect(try await sync(folder, server, vault: Chronicle.journal).filesCount == 1)
            #expect(
                left(of: failed.name, in: folder) == ["\(Chronicle.store)/\(failed.name)", "runs/\(failed.name).json"]
            )
            #expect(try await sync(folder, server).filesCount == 0)
            #expect(left(of: failed.name, in: folder) == ["runs/\(failed.name).json"])

            let pulls = server.counters.pulls
            let again = try await LocalRun(
                place: folder,
                credentials: folder.credentials,
                environment: ["OBSIDIAN_API_URL": server.baseURL],
                isQuiet: true,
                logger: quietLogger
            ).redrive(failed.name)
            #expect(again.success && again.notes.contains { $0.contains("superseded") }, "\(again)")
            #expect(server.counters.pulls == pulls)
        }
    }

    /// The working data of a run, below the folder of all working data.
    private func left(of run: String, in folder: LocalFolder) -> [String] {
        let files = FileManager.default
        let state = folder.data + "/state"
        return ((try? files.contentsOfDirectory(atPath: state)) ?? []).flatMap { name in
            ((try? files.contentsOfDirectory(atPath: "\(state)/\(name)")) ?? []).map { "\(name)/\($0)" }
        }.filter { $0.contains(run) }.sorted()
    }
}
