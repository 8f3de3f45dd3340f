import Clocks
import Foundation
import LocalAdapters
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// `obsync sync` and `obsync status` as processes of their own: what one does, the other tells.
@Suite("status of a folder", .tags(.integration))
struct StatusProcessTests {
    private func sync(
        _ folder: LocalFolder,
        _ provider: ObsidianSimulator,
        _ more: [String] = []
    ) async throws
        -> ProgramOutcome
    {
        try await ObsyncProcess.run(
            ["sync", "--dest", folder.path, "--credentials", folder.credentials] + more,
            environment: ["OBSIDIAN_API_URL": provider.baseURL]
        )
    }

    private func status(_ folder: LocalFolder, _ more: [String] = []) async throws -> (Int32, FolderStatus) {
        let outcome = try await ObsyncProcess.run(["status", "--dest", folder.path, "--json"] + more)
        return (outcome.status, try FunctionJSON.decode(FolderStatus.self, from: outcome.output.utf8))
    }

    private func setVaultPassword(_ password: String, in folder: LocalFolder) throws {
        let secret = DemoSource.sampleSecret
            .setting(.string(password), at: "vaults", SampleLibrary.fieldNotesID, "password")
        try Data(try secret.json).write(to: URL(filePath: folder.credentials))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.credentials)
    }

    @Test("a run without changes leaves the counts as they are", .timeLimit(.minutes(5)))
    func unchanged() async throws {
        let library = try SampleLibrary.make()
        try await withMirror(library) { folder, provider in
            #expect(try await sync(folder, provider).status == 0)
            #expect(try await sync(folder, provider).status == 0)
            let (code, status) = try await status(folder)
            #expect(code == 0)
            #expect(!status.needsPerson)
            #expect(status.vaults.map(\.name) == [SampleLibrary.archiveName, SampleLibrary.fieldNotesName])
            #expect(
                status.vaults.map(\.filesMirrored)
                    == status.vaults.map { vault in
                        library.accounts().first { $0.id == vault.vaultID }?.files.count ?? -1
                    }
            )
            #expect(status.vaults.allSatisfy { $0.filesMirrored == $0.filesKnown && $0.lastComplete != nil })
            #expect(status.lastRun?.status == "SUCCEEDED")
            #expect(status.current == nil)
            let text = try await ObsyncProcess.run(["status", "--dest", folder.path])
            #expect(text.output.contains("\(status.vaults[1].filesKnown) of \(status.vaults[1].filesKnown)"))
            #expect(try await ObsyncProcess.run(["status", "--dest", folder.path, "--max-age", "36h"]).status == 0)
            try await Task.sleep(for: .milliseconds(1100))
            let (old, judged) = try await self.status(folder, ["--max-age", "1s"])
            #expect(old == 1)
            #expect(judged.vaults.allSatisfy { $0.isTooOld })
        }
    }

    @Test("after a failed run it says so, why, and what to do, and exits with 1", .timeLimit(.minutes(5)))
    func afterFailure() async throws {
        try await withMirror { folder, provider in
            #expect(try await sync(folder, provider).status == 0)
            let before = try await status(folder).1
            try setVaultPassword("wrong", in: folder)
            let failed = try await sync(folder, provider)
            #expect(failed.status == 77)
            let name = "\"\(SampleLibrary.fieldNotesName)\" (\(SampleLibrary.fieldNotesID))"
            #expect(failed.error.contains("the password of the vault \(name)"))
            #expect(failed.error.contains("vaults.\(SampleLibrary.fieldNotesID).password"))
            #expect(failed.error.contains(folder.credentials), "the file is named with its path")
            #expect(failed.error.components(separatedBy: "does not fit").count == 2, "said once")
            let (code, after) = try await status(folder)
            #expect(code == 1)
            #expect(after.lastRun?.status == "FAILED")
            #expect(after.lastRun?.error == "VaultPasswordWrong")
            #expect(after.lastRun?.advice?.contains("obsync sync --dest \(folder.path)") == true)
            let notes = try #require(after.vaults.last)
            #expect(notes.error == "VaultPasswordWrong")
            #expect(notes.filesMirrored == before.vaults.last?.filesMirrored)
            #expect(notes.lastComplete == before.vaults.last?.lastComplete, "it was not complete")

            try setVaultPassword(SampleLibrary.fieldNotesPassword, in: folder)
            #expect(try await sync(folder, provider).status == 0)
            #expect(try await status(folder).0 == 0)
        }
    }

    @Test("a file that fails is named with its reason, and the summary is whole", .timeLimit(.minutes(5)))
    func failedFile() async throws {
        let library = try SampleLibrary.make()
        try await withMirror(library) { folder, provider in
            let vault = try library.vault(named: SampleLibrary.fieldNotesName).account()
            let file = try #require(vault.files.first { $0.size > 100 })
            provider.inject(.bodyFlipped, uid: file.uid, times: nil)
            let failed = try await sync(folder, provider, ["--json"])
            #expect(failed.status == 65)
            let summary = try FunctionJSON.decode(Summary.self, from: failed.output.utf8)
            #expect(!summary.success)
            #expect(summary.metadata["run"] != nil)
            #expect(summary.failed == 1)
            #expect(summary.notMirrored == 1)
            #expect(summary.attention.map(\.path) == [file.path])
            #expect(summary.attention.map(\.reason) == ["CorruptContent"])
            #expect(summary.errors.count == 1)
            #expect(summary.vaults.map(\.name).contains(SampleLibrary.archiveName))
            let (code, status) = try await status(folder)
            #expect(code == 1)
            let notes = try #require(status.vaults.last)
            #expect(notes.attention.map(\.path) == [file.path])
            #expect(notes.filesKnown - notes.filesMirrored == 1)
            #expect(notes.lastComplete == nil, "it was never complete")
        }
    }

    @Test("a second run on the same folder ends well and says who works there since when", .timeLimit(.minutes(5)))
    func secondRun() async throws {
        try await withMirror { folder, provider in
            let held = try FolderLock.take(path: folder.data + "/lock", now: SystemClock().now)
            let second = try await sync(folder, provider)
            #expect(second.status == 0)
            #expect(second.output.contains("process \(getpid()) works on it since"))
            #expect(second.output.contains(folder.path))
            let json = try await sync(folder, provider, ["--json"])
            #expect(json.status == 0)
            #expect(json.output.contains(#""outcome":"AlreadyRunning""#))
            withExtendedLifetime(held) {}
        }
    }

    @Test("a run watched from outside at ten moments never lies", .timeLimit(.minutes(5)))
    func watched() async throws {
        let library = try SampleLibrary.make()
        let files = Dictionary(uniqueKeysWithValues: library.accounts().map { ($0.id, $0.files.count) })
        try await withMirror(library) { folder, provider in
            let run = try ObsyncProcess(
                ["sync", "--dest", folder.path, "--credentials", folder.credentials],
                environment: ["OBSIDIAN_API_URL": provider.baseURL]
            )
            try run.start()
            let records = folder.data + "/records.sqlite"
            try await eventually { FileManager.default.fileExists(atPath: records) || !run.process.isRunning }
            for _ in 0..<10 {
                let isOver = !run.process.isRunning
                let (_, status) = try await status(folder)
                for vault in status.vaults {
                    let all = files[vault.vaultID] ?? 0
                    #expect(vault.filesMirrored <= vault.filesKnown)
                    #expect(vault.filesKnown <= all)
                    if vault.lastComplete != nil { #expect(vault.filesMirrored == all) }
                }
                if isOver { #expect(status.current == nil) }
                if status.lastRun != nil { #expect(status.lastRun?.status == "SUCCEEDED") }
            }
            #expect(try await run.outcome().status == 0)
            #expect(try await status(folder).1.current == nil)
        }
    }

    @Test("a folder without a mirror is an input error that says how one is made")
    func nothing() async throws {
        let outcome = try await ObsyncProcess.run(["status", "--dest", "/nowhere at all"])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("obsync sync --dest '/nowhere at all'"))
    }
}
