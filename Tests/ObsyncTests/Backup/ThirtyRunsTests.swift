import ArgumentParser
import Backup
import Checksums
import Clocks
import Foundation
import LocalAdapters
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// Thirty runs into a folder, between which the source changes and somebody works in the mirror.
@Suite("a folder after thirty runs", .tags(.integration))
struct ThirtyRunsTests {
    private static let runs = 30

    @Test("every instant comes back byte for byte, with its times, and what cannot come back is named")
    func everyInstant() async throws {
        try await BucketWorld.withRoot { root in
            var chronicle = try Chronicle(seed: 19)
            let folder = LocalFolder(root + "/mirror")
            try folder.prepare(with: Chronicle.secret)
            try await withObsidianSimulator(library: chronicle.library, logger: quietLogger) { server in
                for number in 1...Self.runs {
                    try chronicle.change()
                    let isComplete = number % 6 == 0
                    #expect(try await folder.mirror(from: server, isComplete: isComplete).success)
                    chronicle.close(at: SystemClock().now, isComplete: isComplete)
                    if number % 3 == 1 { try work(in: folder, &chronicle, number) }
                }
            }
            let pages = chronicle.pages
            #expect(pages.contains { !$0.lost.isEmpty })
            try await BackupPlace.with(folder, quietLogger) { place in
                for (number, page) in pages.enumerated() {
                    try await expect(page, restoredFrom: place, to: "\(root)/restored \(number)")
                }
            }
            try await compareWithTools(folder, pages, root)
        }
    }

    /// Writes over a file of the mirror, and puts one beside it that Obsync does not know.
    private func work(in folder: LocalFolder, _ chronicle: inout Chronicle, _ number: Int) throws {
        if let path = chronicle.overwriteOne() {
            try Data("written by hand".utf8).write(to: URL(filePath: "\(folder.path)/\(path.rawValue)"))
        }
        try Data("mine".utf8).write(to: URL(filePath: "\(folder.path)/Journal/mine \(number).txt"))
    }

    private func expect(_ page: Chronicle.Page, restoredFrom place: BackupPlace, to target: String) async throws {
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        let restoration = Restoration(
            from: place.history,
            to: FolderObjectStore(root: target, scratch: target + "/.obsync-restore"),
            .init(selection: .at(page.moment)),
            makeHasher: { SHA256Hasher() }
        )
        var failed: Set<VaultPath> = []
        for vault in place.vaults {
            _ = try await restoration(vault, into: vault.folder) { event in
                if case .failed(let version, _) = event {
                    failed.insert(VaultPath("\(vault.folder)/\(version.path.rawValue)"))
                }
            }
        }
        #expect(failed == page.lost, "\(target)")
        let found = try Chronicle.Page.files(in: target)
        #expect(found == page.kept, "\(target)")
    }

    /// Has `diff` and rclone compare what the command restores with the account, and the mirror with what is restored now.
    private func compareWithTools(_ folder: LocalFolder, _ pages: [Chronicle.Page], _ root: String) async throws {
        let compare = FolderComparison(root: root)
        for number in [0, 11, 22] {
            let (account, back) = ("\(root)/account \(number)", "\(root)/back \(number)")
            try pages[number].write(to: account)
            let restored = try await ObsyncProcess.run([
                "restore", "--dest", folder.path, "--to", back, "--at", pages[number].moment.isoText,
            ])
            #expect(restored.status == (pages[number].lost.isEmpty ? 0 : 65), "\(restored.error)")
            try? FileManager.default.removeItem(atPath: back + "/.obsync-restore")
            try await compare(account, back)
        }
        let now = root + "/now"
        #expect(try await ObsyncProcess.run(["restore", "--dest", folder.path, "--to", now]).status == 0)
        for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init()
        where path.contains("/mine ") {
            try FileManager.default.removeItem(atPath: "\(folder.path)/\(path)")
        }
        try await compare(folder.path, now)
    }
}

/// Two folders as programs see them that know nothing of Obsync.
struct FolderComparison {
    let root: String

    /// Expects both to hold the same files; what Obsync keeps for itself is left out.
    func callAsFunction(_ one: String, _ other: String) async throws {
        let diff = try await Process.outcome(
            of: URL(filePath: "/usr/bin/diff"),
            ["-r", "-x", ".obsync", one, other],
            environment: ["PATH": "/usr/bin:/bin"]
        )
        #expect(diff.status == 0, "\(diff.output.prefix(2000))")
        guard TestTools.has("rclone"), let tools = TestTools.folder else { return }
        let rclone = try await Process.outcome(
            of: URL(filePath: tools + "/rclone"),
            [
                "check", one, other, "--exclude", "/.obsync/**", "--no-unicode-normalization", "--config",
                "/nonexistent",
            ],
            environment: ["HOME": root]
        )
        #expect(rclone.status == 0 && rclone.error.contains("0 differences found"), "\(rclone.error.prefix(2000))")
    }
}

extension Timestamp {
    /// Such as `2026-11-21T04:30:00.250Z`.
    var isoText: String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
