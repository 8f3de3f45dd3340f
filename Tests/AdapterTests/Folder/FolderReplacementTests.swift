import Clocks
import Foundation
import SyncCore
import Testing

@testable import LocalAdapters

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("Files that take a place in the mirror, and files that leave it")
struct FolderReplacementTests {
    private let period = "2027-01-15T08-00-00Z"

    @Test("what is replaced or deleted is kept under its path, with why; a second time under another one")
    func setAside() async throws {
        try await withKeepingFolder { folder in
            for (version, text) in ["first", "second", "third"].enumerated() {
                try await folder.put("Notes/sub/a.md", text, version: version)
            }
            try await folder.store.delete([ObjectKey("Notes/sub/a.md")])
            #expect(folder.text("Notes/sub/a.md") == nil)
            #expect(!FileManager.default.fileExists(atPath: folder.files + "/Notes"))
            let kept = try folder.setAside().sorted { ($0.place.count, $0.place) < ($1.place.count, $1.place) }
            #expect(kept.map(\.place) == ["", "-2", "-3"].map { "\(period)\($0)/Notes/sub/a.md" })
            #expect(kept.map(\.text) == ["first", "second", "third"])
            #expect(kept.map(\.ending) == [.changed, .changed, .deleted])
            #expect(folder.kept().count == 3)
        }
    }

    @Test("bytes that are in the mirror already are not kept a second time")
    func sameBytes() async throws {
        try await withKeepingFolder { folder in
            try await folder.put("a.md", "text")
            try await folder.put("a.md", "text", version: 2)
            try folder.write("b.md", "foreign")
            try await folder.put("b.md", "foreign")
            #expect(try folder.setAside().isEmpty)
            #expect(folder.kept().isEmpty)
            #expect(try await folder.store.head(ObjectKey("a.md"))?.sourceVersion == "2")
        }
    }

    @Test("a file that somebody edited is theirs, whatever its size and time; one that only looks new is not")
    func edited() async throws {
        try await withKeepingFolder { folder in
            for name in ["a.md", "b.md", "c.md", "d.md"] { try await folder.put(name, "- [ ] pay") }
            try folder.write("a.md", "- [x] pay")
            try folder.write("b.md", "- [x] pay")
            // A copy to another disk: the same bytes with another inode and time.
            for name in ["c.md", "d.md"] {
                try FileManager.default.removeItem(atPath: "\(folder.files)/\(name)")
                try folder.write(name, "- [ ] pay")
            }
            for name in ["a.md", "c.md"] { try await folder.put(name, "new", version: 2) }
            try await folder.store.delete([ObjectKey("b.md"), ObjectKey("d.md")])
            let kept = try folder.setAside()
            #expect(kept.map(\.ending) == [.editedHere, .editedHere, .changed, .deleted])
            #expect(kept.map(\.text) == ["- [x] pay", "- [x] pay", "- [ ] pay", "- [ ] pay"])
        }
    }

    @Test("a rename carries no altered bytes on: the copy is made only of what was stored")
    func rename() async throws {
        try await withKeepingFolder { folder in
            try await folder.put("a.md", "- [ ] pay")
            let attributes = ObjectAttributes(contentType: "text/plain", sha256: KeepingFolder.sha256("- [ ] pay"))
            #expect(try await folder.store.copy(from: ObjectKey("a.md"), to: ObjectKey("b.md"), attributes) != nil)
            try folder.write("a.md", "- [x] pay")
            #expect(try await folder.store.copy(from: ObjectKey("a.md"), to: ObjectKey("c.md"), attributes) == nil)
            #expect(folder.text("b.md") == "- [ ] pay")
            #expect(folder.text("c.md") == nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/scratch").isEmpty)
        }
    }

    @Test("what we never stored is set aside as being in the way: a file, a link, a folder")
    func inTheWay() async throws {
        try await withKeepingFolder { folder in
            try folder.write("file.md", "own words")
            try folder.write("folder.md/inner.md", "more words")
            try folder.write("place", "where a folder is needed")
            symlink("/etc/hostname", folder.files + "/link.md")
            for key in ["file.md", "folder.md", "place/a.md", "link.md"] { try await folder.put(key, "ours") }
            for key in ["file.md", "folder.md", "place/a.md", "link.md"] { #expect(folder.text(key) == "ours") }
            let kept = try folder.setAside()
            #expect(kept.allSatisfy { $0.ending == .inTheWay })
            #expect(kept.map(\.place) == ["file.md", "folder.md", "link.md", "place"].map { "\(period)/\($0)" })
            #expect(kept.first?.text == "own words")
            #expect(kept.last?.text == "where a folder is needed")
            #expect(folder.kept().contains("\(period)/folder.md/inner.md"))
            let link = try FileManager.default.destinationOfSymbolicLink(
                atPath: "\(folder.path)/history/\(period)/link.md"
            )
            #expect(link == "/etc/hostname")
        }
    }

    @Test("nothing behind a link is read, written, listed or deleted")
    func links() async throws {
        try await withKeepingFolder { folder in
            let outside = folder.path + "/outside"
            try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
            try Data("precious".utf8).write(to: URL(filePath: outside + "/a.md"))
            try FileManager.default.createDirectory(atPath: folder.files + "/Notes", withIntermediateDirectories: true)
            symlink(outside, folder.files + "/Notes/sub")
            let key = try ObjectKey("Notes/sub/a.md")
            #expect(try await folder.store.head(key) == nil)
            #expect(try await folder.store.read(key, from: 0) == nil)
            #expect(try await folder.store.list("Notes/sub/", after: nil).collected().isEmpty)
            #expect(try await folder.store.list("", after: nil).collected().isEmpty)
            #expect(try await folder.store.copy(from: key, to: ObjectKey("b.md"), .init(contentType: "")) == nil)
            try await folder.store.delete([key])
            try await folder.put("Notes/sub/a.md", "ours")
            try await folder.put("Notes/sub/b.md", "ours, too")
            #expect(folder.text("Notes/sub/a.md") == "ours")
            #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["a.md"])
            #expect(FileManager.default.contents(atPath: outside + "/a.md") == Data("precious".utf8))
            #expect(try folder.setAside().map(\.place) == ["\(period)/Notes/sub"])
        }
    }

    @Test("a folder with files of the mirror gives way only when they are deleted")
    func fileForFolder() async throws {
        try await withKeepingFolder { folder in
            try await folder.put("a/b.md", "below")
            await #expect(throws: SyncError.self) { try await folder.put("a", "file") }
            #expect(folder.text("a/b.md") == "below")
            try await folder.store.delete([ObjectKey("a/b.md")])
            try await folder.put("a", "file")
            #expect(folder.text("a") == "file")
            // And back: the file, too, gives way only when it is deleted.
            await #expect(throws: SyncError.self) { try await folder.put("a/b.md", "below") }
            #expect(folder.text("a") == "file")
            try await folder.store.delete([ObjectKey("a")])
            try await folder.put("a/b.md", "below")
            #expect(folder.text("a/b.md") == "below")
            #expect(try folder.setAside().map(\.ending) == [.deleted, .deleted])
        }
    }

    @Test(
        "whenever the process dies, old and new bytes are there, and the next attempt ends right",
        arguments: FolderReplacement.Moment.allCases,
        [(isEdited: true, canExchange: true), (false, true), (true, false), (false, false)]
    )
    func killed(at moment: FolderReplacement.Moment, how: (isEdited: Bool, canExchange: Bool)) async throws {
        struct Killed: Error {}
        let (isEdited, canExchange) = how
        if moment == .betweenSteps, canExchange { return }
        try await withKeepingFolder { folder in
            try await folder.put("Notes/a.md", "old")
            if isEdited { try folder.write("Notes/a.md", "own") }
            let before = isEdited ? "own" : "old"
            let (file, name) = try folder.store.scratch.begin()
            try file.write(Array("new".utf8), at: 0)
            var replacement = FolderReplacement(tree: folder.store.tree, keeping: folder.keeping)
            replacement.canExchange = canExchange
            replacement.pass = { if $0 == moment { throw Killed() } }
            let content = StoredContent(sha256: KeepingFolder.sha256("new"), version: "2")
            #expect(throws: Killed.self) {
                try replacement.place(folder.store.scratch.spot(name), at: "Notes/a.md", content)
            }
            let present = folder.text("Notes/a.md")
            let isExchanged = moment == .afterExchange || moment == .beforeSynchronizing
            #expect(present == (isExchanged ? "new" : before))
            // Another process comes, and knows the file as ours or as edited.
            let next = try KeepingFolder(folder.path, begun: Date(timeIntervalSince1970: 1_800_001_000))
            let version = isExchanged ? "2" : moment == .beforeNote && !isEdited ? "1" : nil
            #expect(try await next.store.head(ObjectKey("Notes/a.md"))?.sourceVersion == version)
            try await next.put("Notes/a.md", "new", version: 2)
            try await next.put("Notes/a.md", "newer", version: 3)
            #expect(next.text("Notes/a.md") == "newer")
            let kept = try next.setAside().filter { $0.text != nil }
            #expect(kept.contains { $0.text == before && $0.ending == (isEdited ? .editedHere : .changed) })
            #expect(kept.contains { $0.text == "new" && $0.ending == .changed })
            // With its second name the old file is kept, and its first name gives way once more.
            #expect(kept.count == (moment == .betweenSteps ? 3 : 2))
        }
    }

    @Test(
        "a deletion that dies on its way leaves the file in one place",
        arguments: FolderReplacement.Moment.allCases.filter { $0 != .betweenSteps }
    )
    func killedDeletion(at moment: FolderReplacement.Moment) async throws {
        struct Killed: Error {}
        try await withKeepingFolder { folder in
            try await folder.put("Notes/a.md", "old")
            var replacement = FolderReplacement(tree: folder.store.tree, keeping: folder.keeping)
            replacement.pass = { if $0 == moment { throw Killed() } }
            #expect(throws: Killed.self) { try replacement.remove("Notes/a.md") }
            try await folder.store.delete([ObjectKey("Notes/a.md")])
            #expect(folder.text("Notes/a.md") == nil)
            #expect(try folder.setAside().filter { $0.text == "old" }.map(\.ending) == [.deleted])
        }
    }

    @Test("a file that was stored before the process died is known as ours without a record")
    func withoutRecord() async throws {
        try await withKeepingFolder { folder in
            try await folder.put("Notes/a.md", "text", version: 7)
            let summary = try await folder.store.head(ObjectKey("Notes/a.md"))
            #expect(summary?.sourceVersion == "7")
            #expect(summary?.sha256 == KeepingFolder.sha256("text"))
            try folder.write("Notes/a.md", "own")
            #expect(try await folder.store.head(ObjectKey("Notes/a.md"))?.sourceVersion == nil)
        }
    }

    @Test("files of the first release are known by their records, which have a hash and no mark")
    func firstRelease() async throws {
        try await withKeepingFolder { folder in
            let vault = try #require(VaultID("notes-id"))
            let run = try #require(RunID("run"))
            _ = try await folder.records.claim(folder: "Notes", for: vault)
            for (path, text) in [("a.md", "as stored"), ("b.md", "as stored")] {
                var entry = Entry(kind: .file, path: VaultPath(path), version: 1, handle: "1")
                entry.sha256 = KeepingFolder.sha256("as stored")
                let author = FileRecord.Author(
                    run: run,
                    epoch: VaultEpoch(rawValue: "e"),
                    now: Timestamp(milliseconds: 0)
                )
                let record = FileRecord(entry, status: .completed, author: author, previous: nil)
                _ = try await folder.records.save(record, in: vault)
                try folder.write("Notes/\(path)", text)
            }
            try folder.write("Notes/b.md", "edited")
            for name in ["a.md", "b.md"] { try await folder.put("Notes/\(name)", "new") }
            #expect(try folder.setAside().map(\.ending) == [.changed, .editedHere])
        }
    }
}
