import Foundation
import LocalAdapters
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// What a service, or whoever shares a vault, may do to a mirror; and what happens to somebody who does not look. What the user
/// does in the folder is in ``UsersFolderTests``.
@Suite("a hostile account and a careless user", .tags(.integration))
struct HostileAccountTests {
    private func sync(
        _ folder: LocalFolder,
        _ server: ObsidianSimulator,
        _ more: String...
    ) async throws -> (status: Int32, summary: Summary) {
        let outcome = try await ObsyncProcess.run(
            ["sync", "--dest", folder.path, "--credentials", folder.credentials, "--json"] + more,
            environment: ["OBSIDIAN_API_URL": server.baseURL]
        )
        return (outcome.status, try FunctionJSON.decode(Summary.self, from: outcome.output.utf8))
    }

    private func status(_ folder: LocalFolder) async throws -> (Int32, FolderStatus) {
        let outcome = try await ObsyncProcess.run(["status", "--dest", folder.path, "--json"])
        return (outcome.status, try FunctionJSON.decode(FolderStatus.self, from: outcome.output.utf8))
    }

    /// The sample account with one more vault.
    private func library(with vault: SimulatedVault.Configuration) throws -> (SimulatedLibrary, SimulatedVault) {
        let sample = try SampleLibrary.make()
        let added = try SimulatedVault(vault)
        return (SimulatedLibrary(account: sample.account, vaults: [sample.vaults[1], added]), added)
    }

    private func vault(_ name: String, isShared: Bool = false) -> SimulatedVault.Configuration {
        var vault = SimulatedVault.Configuration(
            id: "77aa5e2b90c14c6f8d1b3f0e6a2c4d59",
            name: name,
            password: "public-demo-other-key",
            salt: "7c1d5e0f93a84d26b0e1c4f7a2d86935"
        )
        vault.isManaged = true
        vault.isShared = isShared
        return vault
    }

    private func names(in folder: LocalFolder) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }

    @Test("a vault that is called .git becomes no folder of Git's", .timeLimit(.minutes(5)))
    func gitVault() async throws {
        let (library, vault) = try library(with: vault(".git"))
        vault.write("config", .text("[core]\n\tfsmonitor = touch /tmp/ran"))
        vault.write("hooks/post-checkout", .text("#!/bin/sh"))
        try await withMirror(library) { folder, server in
            #expect(try await sync(folder, server).status == 0)
            let found = try names(in: folder).subtracting([".obsync", SampleLibrary.archiveName])
            #expect(
                found.count == 1 && found.allSatisfy { !$0.hasPrefix(".") && $0.lowercased() != "git~1" },
                "\(found)"
            )
        }
    }

    @Test("what others share is announced in every run, and mirrored once it is named", .timeLimit(.minutes(5)))
    func shared() async throws {
        let (library, vault) = try library(with: vault("Gift", isShared: true))
        vault.write("a.md", .text("from somebody"))
        try await withMirror(library) { folder, server in
            for _ in 0..<2 {
                let run = try await sync(folder, server)
                #expect(run.status == 0)
                #expect(run.summary.notes.contains { $0.contains("is shared with you and not mirrored") })
                let found = try names(in: folder)
                #expect(!found.contains("Gift"))
            }
            #expect(try await sync(folder, server, "Gift").status == 0)
            #expect(try names(in: folder).contains("Gift"))
            vault.write("b.md", .text("more"))
            let later = try await sync(folder, server)
            #expect(later.summary.filesCount == 1, "what is mirrored already goes on")
        }
    }

    @Test(
        "a vault that left is said in every run, keeps its files, and is passed over once somebody knows",
        .timeLimit(.minutes(5))
    )
    func left() async throws {
        try await withMirror { folder, server in
            #expect(try await sync(folder, server).status == 0)
            let files = try names(in: folder)
            server.inject(.vaultLeft(id: SampleLibrary.archiveID), times: nil)
            for _ in 0..<2 {
                let run = try await sync(folder, server, "--complete", "--strict")
                #expect(run.status == 65, "--strict counts whatever needs a person")
                #expect(run.summary.attention.map(\.reason) == ["VaultLeft"])
                #expect(try await status(folder).0 == 1)
            }
            #expect(try names(in: folder) == files)
            let forget = ["forget", SampleLibrary.archiveName, "--dest", folder.path]
            #expect(try await ObsyncProcess.run(forget).status == 0)
            #expect(try await sync(folder, server, "--strict").status == 0)
            #expect(try names(in: folder) == files)
        }
    }

    @Test(
        "a vault without a password costs the others nothing, and is said in every run and by the status",
        .timeLimit(.minutes(5))
    )
    func withoutPassword() async throws {
        try await withMirror { folder, server in
            let bare = try Secret(json: try Data(contentsOf: URL(filePath: folder.credentials)))
                .setting(.null, at: "vaults", SampleLibrary.fieldNotesID)
            try Data(try bare.json).write(to: URL(filePath: folder.credentials))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.credentials)
            for _ in 0..<2 {
                let run = try await sync(folder, server)
                #expect(run.status == 0)
                #expect(run.summary.attention.map(\.reason) == ["InvalidConfiguration"])
                #expect(run.summary.notes.contains { $0.contains("has no password in the secret") })
                let (code, told) = try await status(folder)
                #expect(code == 1)
                #expect(told.vaults.contains { $0.message?.contains("has no password") == true })
            }
            #expect(try await sync(folder, server, "--strict").status == 65)
            #expect(try await sync(folder, server, SampleLibrary.fieldNotesName).status == 78)
        }
    }

    @Test("another account's library is refused before anything is compared", .timeLimit(.minutes(5)))
    func anotherAccount() async throws {
        let sample = try SampleLibrary.make()
        let other = try SimulatedVault(vault("Somebody else's"))
        other.write("a.md", .text("of somebody else"))
        let library = SimulatedLibrary(account: sample.account, vaults: sample.vaults + [other])
        try await withMirror(library) { folder, server in
            server.inject(.vaultLeft(id: other.configuration.id), times: nil)
            #expect(try await sync(folder, server).status == 0)
            server.faults.removeAll()
            for id in [SampleLibrary.archiveID, SampleLibrary.fieldNotesID] {
                server.inject(.vaultLeft(id: id), times: nil)
            }
            let run = try await sync(folder, server, "--complete")
            #expect(run.status != 0 && !run.summary.success)
            #expect(run.summary.message.contains("--switch-account"), "\(run.summary.message)")
            #expect(try names(in: folder).isSuperset(of: [SampleLibrary.archiveName, SampleLibrary.fieldNotesName]))
        }
    }

    @Test(
        "most of a vault gone is held back; the set passes by its id, and not when it has grown",
        .timeLimit(.minutes(5))
    )
    func drained() async throws {
        let library = try SampleLibrary.make()
        let archive = try library.vault(named: SampleLibrary.archiveName)
        try await withMirror(library) { folder, server in
            #expect(try await sync(folder, server).status == 0)
            let all = archive.account().files.map(\.path).sorted()
            for path in all.dropLast(2) { try archive.delete(path) }
            let held = try await sync(folder, server)
            #expect(held.status == 0)
            let set = try #require(held.summary.attention.first?.set)
            let (code, told) = try await status(folder)
            #expect(code == 1)
            #expect(told.vaults.first { $0.name == SampleLibrary.archiveName }?.withheldSet == set)
            #expect(told.reasons.contains { $0.contains("obsync sync --allow-deletions \(set) --dest") })

            try archive.delete(all[all.count - 1])
            let grown = try await sync(folder, server, "--allow-deletions", set)
            let other = try #require(grown.summary.attention.first?.set)
            #expect(other != set && grown.summary.metadata["deleted"] == "0")
            let passed = try await sync(folder, server, "--allow-deletions", other)
            #expect(passed.summary.metadata["deleted"] == String(all.count - 1))
            #expect(try await status(folder).0 == 0)
            let kept = folder.data + "/history"
            #expect(FileManager.default.fileExists(atPath: kept), "what was deleted is in the history")
        }
    }

    @Test(
        "an entry that cannot be deciphered costs itself, is named in every run, and can be left out",
        .timeLimit(.minutes(5))
    )
    func poison() async throws {
        let library = try SampleLibrary.make()
        let archive = try library.vault(named: SampleLibrary.archiveName)
        let uid = archive.write("poison.md", .text("nobody can read the name"))
        try await withMirror(library) { folder, server in
            try server.faults.add(parsing: "path-garbled@\(uid)*1000")
            for _ in 0..<2 {
                let run = try await sync(folder, server, "--complete")
                #expect(run.status == 0)
                #expect(run.summary.attention.contains { $0.version == uid })
                #expect(try await status(folder).0 == 1)
            }
            let strict = try await sync(folder, server, "--strict")
            #expect(strict.status == 65, "a run that does not meet it says it, too")
            let (_, told) = try await status(folder)
            #expect(told.vaults.allSatisfy { $0.filesMirrored > 0 })
            let without = try await sync(folder, server, "--strict", "--exclude", "uid:\(uid)")
            #expect(without.status == 0 && without.summary.attention.isEmpty)
            #expect(try await status(folder).0 == 0)
        }
    }

    @Test("a service that states a key for a vault of the user's own takes nothing over", .timeLimit(.minutes(5)))
    func statedKey() async throws {
        try await withMirror { folder, server in
            #expect(try await sync(folder, server).status == 0)
            server.inject(.passwordStated(id: SampleLibrary.fieldNotesID), times: nil)
            #expect(try await sync(folder, server, "--complete").status == 0, "the user's own password wins")
            let bare = try Secret(json: try Data(contentsOf: URL(filePath: folder.credentials)))
                .setting(.null, at: "vaults", SampleLibrary.fieldNotesID)
            try Data(try bare.json).write(to: URL(filePath: folder.credentials))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.credentials)
            let refused = try await sync(folder, server)
            #expect(refused.status == 77)
            #expect(refused.summary.message.contains("--accept-managed"))
            #expect(try await sync(folder, server, "--accept-managed").status == 0)
        }
    }

    @Test("answers that come compressed are read like any other", .timeLimit(.minutes(5)))
    func compressed() async throws {
        try await withMirror { folder, server in
            server.inject(.restCompressed, times: nil)
            let run = try await sync(folder, server)
            #expect(run.status == 0 && run.summary.filesCount > 0)
        }
    }
}
