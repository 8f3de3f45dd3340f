import Checksums
import Foundation
import LocalAdapters
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// A run that replaces, moves and deletes what its user has edited, and whose process dies again and again.
@Suite("a killed run over files that somebody has edited", .tags(.integration))
struct KilledReplacementTests {
    private static let files = 120

    @Test("no edit is lost, whenever the process dies, and the mirror is whole in the end", .timeLimit(.minutes(5)))
    func edits() async throws {
        let library = try SampleLibrary.make()
        let archive = try library.vault(named: SampleLibrary.archiveName)
        for number in 0..<Self.files { archive.write("k/\(number).md", .text("first \(number)")) }
        try await withMirror(library) { folder, server in
            let sync = ["sync", SampleLibrary.archiveName, "--dest", folder.path, "--credentials", folder.credentials]
            let environment = ["OBSIDIAN_API_URL": server.baseURL]
            #expect(try await ObsyncProcess.run(sync, environment: environment).status == 0)
            let vault = folder.path + "/" + SampleLibrary.archiveName
            for number in 0..<Self.files {
                try Data("mine \(number)".utf8).write(to: URL(filePath: "\(vault)/k/\(number).md"))
                switch number % 3 {
                case 0: archive.write("k/\(number).md", .text("second \(number)"))
                case 1: try archive.rename("k/\(number).md", to: "k/moved \(number).md")
                default: try archive.delete("k/\(number).md")
                }
            }
            for death in 0..<4 {
                let run = try ObsyncProcess(sync + ["--allow-deletions"], environment: environment)
                try run.start()
                while run.process.isRunning, texts(in: folder.data + "/history").count < death * 25 + 5 {
                    try await Task.sleep(for: .milliseconds(2))
                }
                if run.process.isRunning { kill(run.process.processIdentifier, SIGKILL) }
                _ = try await run.outcome()
            }
            let last = try await ObsyncProcess.run(sync + ["--allow-deletions"], environment: environment)
            #expect(last.status == 0, "\(last.error)")

            let kept = Set(texts(in: folder.data + "/history"))
            for number in 0..<Self.files { #expect(kept.contains("mine \(number)"), "the edit of \(number)") }
            for file in archive.account().files {
                var hasher = SHA256Hasher()
                hasher.update(Array(FileManager.default.contents(atPath: "\(vault)/\(file.path)") ?? Data()))
                #expect(hasher.hexDigest() == file.sha256, "\(file.path)")
            }
            let present = Set(try FileManager.default.contentsOfDirectory(atPath: vault + "/k"))
            let expected = archive.account().files.filter { $0.path.hasPrefix("k/") }.map {
                String($0.path.dropFirst(2))
            }
            #expect(present == Set(expected))
            try await folder.expectInvariants(of: [(SampleLibrary.archiveID, SampleLibrary.archiveName)])
        }
    }

    @Test(
        "a file that a killed run stored and nobody recorded goes when it is deleted at the source",
        .timeLimit(.minutes(5))
    )
    func unrecorded() async throws {
        let library = try SampleLibrary.make()
        let archive = try library.vault(named: SampleLibrary.archiveName)
        try await withMirror(library) { folder, server in
            let sync = ["sync", SampleLibrary.archiveName, "--dest", folder.path, "--credentials", folder.credentials]
            let environment = ["OBSIDIAN_API_URL": server.baseURL]
            let vault = folder.path + "/" + SampleLibrary.archiveName
            #expect(try await ObsyncProcess.run(sync, environment: environment).status == 0)
            for number in 0..<Self.files { archive.write("k/\(number).md", .text("first \(number)")) }
            let run = try ObsyncProcess(sync, environment: environment)
            try run.start()
            while run.process.isRunning, texts(in: vault + "/k").count < 10 {
                try await Task.sleep(for: .milliseconds(1))
            }
            if run.process.isRunning { kill(run.process.processIdentifier, SIGKILL) }
            _ = try await run.outcome()
            for number in 0..<Self.files { try archive.delete("k/\(number).md") }
            let last = try await ObsyncProcess.run(sync + ["--allow-deletions"], environment: environment)
            #expect(last.status == 0, "\(last.error)")
            #expect(texts(in: vault + "/k").isEmpty)
            try await folder.expectInvariants(of: [(SampleLibrary.archiveID, SampleLibrary.archiveName)])
        }
    }

    /// The contents of all files below a folder.
    private func texts(in folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder) ?? .init()).compactMap { path in
            FileManager.default.contents(atPath: "\(folder)/\(path)").map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
