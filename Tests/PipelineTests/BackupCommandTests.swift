import Foundation
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// `obsync ls` and `obsync verify` as processes, over a folder that `obsync demo` has filled.
@Suite("looking into a mirror", .tags(.integration))
struct BackupCommandTests {
    private func obsync(_ arguments: [String], _ folder: LocalFolder) async throws -> ProgramOutcome {
        try await Process.outcome(
            of: try #require(BuiltProducts.url(of: "obsync"), "obsync is not built"),
            arguments + ["--dest", folder.path],
            environment: ["PATH": "/usr/bin:/bin", "TZ": "UTC"]
        )
    }

    private func withMirror(_ body: (LocalFolder) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = LocalFolder(path)
        #expect(try await obsync(["demo", "--json"], folder).status == 0)
        try await body(folder)
    }

    /// Changes the first byte of a file, and neither its size nor its time.
    private func flipByte(of path: String) throws {
        let url = URL(filePath: path)
        let time = try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate])
        var bytes = try Data(contentsOf: url)
        bytes[0] ^= 1
        try bytes.write(to: url)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    }

    @Test("what is wrong is found, named, marked, fetched by an ordinary run, and right again", .timeLimit(.minutes(5)))
    func verifyAndRepair() async throws {
        try await withMirror { folder in
            let clean = try await obsync(["verify"], folder)
            #expect(
                clean.status == 0 && clean.lines.first?.hasPrefix("394 of 394 files are as they were stored") == true
            )

            let corrupt = folder.path + "/Archive/Sommaire \u{2013} \u{E9}t\u{E9}.md"
            try flipByte(of: corrupt)
            let listed = try await obsync(["ls", "Field Notes", "--json"], folder)
            let first = try #require(listed.lines.first)
            let path = try #require(try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any])["path"]
            try FileManager.default.removeItem(atPath: "\(folder.path)/Field Notes/\(try #require(path as? String))")
            try Data("mine".utf8).write(to: URL(filePath: folder.path + "/Archive/mine.txt"))

            #expect(try await obsync(["verify", "--quick", "Archive"], folder).status == 0)
            let wrong = try await obsync(["verify", "--json", "--repair"], folder)
            #expect(wrong.status == 65)
            let faults = wrong.lines.dropLast().compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
            #expect(Set(faults.compactMap { $0["fault"] as? String }) == ["corrupt", "missing", "stranger"])
            #expect(faults.count == 3)

            let failed = try await obsync(["ls", "--failed"], folder)
            #expect(failed.lines.count == 2 && failed.lines.allSatisfy { $0.contains("failed: ObjectLost") })
            let run = try await obsync(["demo", "--json"], folder)
            #expect(run.lines.first?.contains("\"files_count\":2") == true)
            let repaired = try await obsync(["verify"], folder)
            #expect(repaired.status == 0 && repaired.lines.contains("not from Obsync: Archive/mine.txt"))
            #expect(try String(contentsOfFile: folder.path + "/Archive/mine.txt", encoding: .utf8) == "mine")
        }
    }

    @Test("ls lists by vault, pattern and time, for people and for programs", .timeLimit(.minutes(5)))
    func list() async throws {
        try await withMirror { folder in
            #expect(try await obsync(["ls"], folder).lines.count == 394)
            let letters = try await obsync(["ls", "Archive", "Letters/"], folder)
            #expect(!letters.lines.isEmpty && letters.lines.allSatisfy { $0.contains("  Archive/Letters/") })
            #expect(
                letters.lines.first == "         501  2015-01-01 00:04  Archive/Letters/2015-01-05 to Ana Lindqvist.md"
            )
            #expect(try await obsync(["ls", "--at", "1 hour ago"], folder).lines.isEmpty)
            #expect(try await obsync(["ls", "--at", "now"], folder).lines.count == 394)
            #expect(try await obsync(["ls", "--at", "never"], folder).status == 64)
            #expect(try await obsync(["ls", "--at", "now", "--deleted"], folder).status == 64)
            let unknown = try await obsync(["ls", "Nothing"], folder)
            #expect(unknown.status == 64 && unknown.error.contains("there are: Archive, Field Notes"))
        }
    }

    @Test(
        "a restore is the mirror again, goes on where it was interrupted, and touches nothing else",
        .timeLimit(.minutes(5))
    )
    func restore() async throws {
        try await withMirror { folder in
            let target = folder.path + "-back"
            defer { try? FileManager.default.removeItem(atPath: target) }
            let dry = try await obsync(["restore", "--to", target, "--dry-run"], folder)
            #expect(dry.status == 0 && dry.lines.last?.hasPrefix("394 files would be restored") == true)
            #expect(!FileManager.default.fileExists(atPath: target))

            let whole = try await obsync(["restore", "--to", target, "--json"], folder)
            #expect(whole.status == 0 && whole.lines.first?.contains("\"restored\":394") == true)
            let mirrored = try Self.files(folder.path)
            #expect(try Self.files(target) == mirrored && mirrored.count == 394)

            // A folder with something in it is not written into, unless that is asked for.
            try FileManager.default.removeItem(atPath: target + "/Archive")
            try Data("mine".utf8).write(to: URL(filePath: target + "/mine.txt"))
            let refused = try await obsync(["restore", "--to", target], folder)
            #expect(refused.status == 64 && refused.error.contains("--overwrite"))
            let rest = try await obsync(["restore", "--to", target, "--overwrite", "--json"], folder)
            #expect(rest.lines.first?.contains("\"present\":353") == true)
            var found = try Self.files(target)
            #expect(found.removeValue(forKey: VaultPath("mine.txt")) != nil && found == mirrored)

            let inside = try await obsync(["restore", "--to", folder.path + "/back"], folder)
            #expect(inside.status == 64 && !FileManager.default.fileExists(atPath: folder.path + "/back"))
            let early = try await obsync(["restore", "--to", target + "/early", "--at", "1 day ago"], folder)
            #expect(early.status == 0 && early.lines.first?.hasPrefix("nothing to restore; the first of these") == true)
        }
    }

    @Test("corrupt bytes are not restored, and the restore says so", .timeLimit(.minutes(5)))
    func corruptRestore() async throws {
        try await withMirror { folder in
            let name = "Archive/Sommaire \u{2013} \u{E9}t\u{E9}.md"
            try flipByte(of: "\(folder.path)/\(name)")
            let target = folder.path + "-back"
            defer { try? FileManager.default.removeItem(atPath: target) }
            let outcome = try await obsync(["restore", "Archive", "--to", target], folder)
            #expect(outcome.status == 65 && outcome.error.contains("not restored: \(name): CorruptContent"))
            #expect(try Self.files(target)[VaultPath(name)] == nil)
        }
    }

    /// Bytes and times of the files below a folder, without Obsync's own.
    private static func files(_ root: String) throws -> [VaultPath: [String]] {
        // By the bytes of the names: the sample holds one name in both Unicode forms.
        var files: [VaultPath: [String]] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init()
        where !path.hasPrefix(".obsync") {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            let time = try #require(attributes[.modificationDate] as? Date).timeIntervalSince1970
            let bytes = try Data(contentsOf: URL(filePath: "\(root)/\(path)"))
            files[VaultPath(path)] = [bytes.base64EncodedString(), String(time)]
        }
        return files
    }

    @Test("a folder without a mirror is no mirror")
    func noMirror() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        for command in [["ls"], ["verify"], ["restore", "--to", path + "-back"]] {
            let outcome = try await obsync(command, LocalFolder(path))
            #expect(outcome.status == 64 && outcome.error.contains("there is no mirror in \(path)"))
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
