import Foundation
import LocalAdapters
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// A run, and somebody beside it who asks again and again how it stands.
@Suite("a run that is watched from outside", .tags(.integration))
struct StatusMomentsTests {
    @Test(
        "at ten moments, when it was stopped, and at its end, status tells nothing that is not so",
        .timeLimit(.minutes(5))
    )
    func moments() async throws {
        let library = try SampleLibrary.make()
        try await withMirror(library) { folder, provider in
            let environment = ["OBSIDIAN_API_URL": provider.baseURL]
            let sync = ["sync", "--dest", folder.path, "--credentials", folder.credentials]
            // So slow that the run cannot end before it was looked at ten times.
            let run = try ObsyncProcess(sync + ["--bwlimit", "50k"], environment: environment)
            try run.start()
            var before = FolderStatus(destination: "")
            var moments = 0
            while moments < 10 {
                try await Task.sleep(for: .milliseconds(100))
                let outcome = try await ObsyncProcess.run(["status", "--dest", folder.path, "--json"])
                // Until the first vault is known there is no mirror.
                if outcome.status == 64 { continue }
                let now = try FunctionJSON.decode(FolderStatus.self, from: outcome.output.utf8)
                expectTruth(now, after: before, in: folder, library)
                #expect(now.current?.process == run.process.processIdentifier)
                #expect(now.lastRun == nil, "no run has ended")
                before = now
                moments += 1
            }
            run.process.interrupt()
            #expect(try await run.outcome().status == 130)
            let stopped = try await status(folder)
            expectTruth(stopped, after: before, in: folder, library)
            #expect(stopped.current == nil)
            #expect(stopped.lastRun?.status == "ABORTED")
            #expect(stopped.vaults.contains { $0.lastComplete == nil })

            #expect(try await ObsyncProcess.run(sync, environment: environment).status == 0)
            let ended = try await status(folder)
            expectTruth(ended, after: stopped, in: folder, library)
            #expect(ended.lastRun?.status == "SUCCEEDED")
            #expect(ended.vaults.count == 2 && ended.vaults.allSatisfy { $0.lastComplete != nil })
        }
    }

    private func status(_ folder: LocalFolder) async throws -> FolderStatus {
        let outcome = try await ObsyncProcess.run(["status", "--dest", folder.path, "--json"])
        return try FunctionJSON.decode(FolderStatus.self, from: outcome.output.utf8)
    }

    /// Compares with what is in the folder by now, with the library, and with what was told before.
    private func expectTruth(
        _ now: FolderStatus,
        after before: FolderStatus,
        in folder: LocalFolder,
        _ library: SimulatedLibrary
    ) {
        for vault in now.vaults {
            let whole = library.accounts().first { $0.id == vault.vaultID }?.files.count ?? -1
            let stored = files(in: folder.path + "/" + vault.name)
            #expect(vault.filesMirrored <= stored, "a file is counted once it is there")
            #expect(vault.filesMirrored <= vault.filesKnown && vault.filesKnown <= whole)
            if vault.lastComplete != nil { #expect(vault.filesMirrored == whole, "complete means complete") }
            if let last = before.vaults.first(where: { $0.vaultID == vault.vaultID }) {
                #expect(vault.filesMirrored >= last.filesMirrored)
            }
        }
        #expect(now.vaults.count >= before.vaults.count)
        if let done = now.current?.filesDone, let total = now.current?.filesTotal { #expect(done <= total) }
    }

    private func files(in folder: String) -> Int {
        var count = 0
        for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
            if !isFolder.boolValue { count += 1 }
        }
        return count
    }
}
