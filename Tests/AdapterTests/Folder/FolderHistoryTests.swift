import Clocks
import Foundation
import SyncCore
import TestSupport
import Testing

@testable import LocalAdapters

@Suite("The history of a folder")
struct FolderHistoryTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func version(
        _ key: String,
        hoursAgo: Double,
        _ ending: FileVersion.Ending = .changed,
        size: Int64 = 10
    ) -> SetAside {
        let until = now.advanced(by: .seconds(-hoursAgo * 3600))
        return SetAside(key: key, place: "\(until.milliseconds)/\(key)", until: until, ending: ending, size: size)
    }

    private func expired(
        _ kept: [SetAside],
        _ limits: HistoryLimits = .standard,
        _ space: FreeSpace? = nil
    ) -> (versions: [SetAside], isForRoom: Bool) {
        var expiry = HistoryExpiry(limits: limits, now: now)
        // One at a time: what comes with which page does not matter.
        let old = kept.flatMap { expiry.expired([$0]) } + expiry.finish()
        let left = kept.filter { HistoryExpiry.ours.contains($0.ending) && !old.contains($0) }
            .sorted { $0.until < $1.until }
        let gone = old + expiry.expired(forRoom: left, space)
        return (gone, expiry.isForRoom)
    }

    @Test("versions are read in pages, each once")
    func pages() async throws {
        try await withKeepingFolder { folder in
            for number in 0..<7 {
                let ending: FileVersion.Ending = number == 3 ? .editedHere : .changed
                try folder.index.note(version("k\(number / 3)", hoursAgo: Double(100 - number), ending))
            }
            var found: [SetAside] = []
            while true {
                let page = try folder.index.expirable(after: found.last, limit: 2)
                if page.isEmpty { break }
                #expect(page.count <= 2)
                found += page
            }
            #expect(found.count == 6)
            #expect(found == found.sorted { ($0.key, $0.until) < ($1.key, $1.until) })
            let oldest = try folder.index.oldestExpirable(limit: 4)
            #expect(oldest == Array(found.sorted { $0.until < $1.until }.prefix(4)))
            try folder.index.forget(oldest)
            let rest = try folder.index.expirable(after: nil, limit: 9)
            #expect(rest.count == 2)
        }
    }

    @Test("what is older than the limit goes, but never what somebody wrote themselves")
    func age() {
        let kept = [
            version("a", hoursAgo: 90 * 24 + 1), version("b", hoursAgo: 90 * 24 + 1, .editedHere),
            version("c", hoursAgo: 90 * 24 + 1, .inTheWay), version("d", hoursAgo: 90 * 24 + 1, .deleted),
            version("e", hoursAgo: 90 * 24 - 1),
        ]
        #expect(expired(kept).versions.map(\.key) == ["a", "d"])
    }

    @Test("after a day the versions of one path within an hour are thinned to the last")
    func thinning() {
        let kept = [
            version("a", hoursAgo: 30.9), version("a", hoursAgo: 30.5), version("a", hoursAgo: 30.2),
            version("a", hoursAgo: 2.2), version("a", hoursAgo: 2.1), version("b", hoursAgo: 30.1),
        ]
        let gone = expired(kept).versions
        #expect(gone == [kept[0], kept[1]])
    }

    @Test("over the size that is allowed the oldest go first; on a disk that is nearly full, too, and that is said")
    func room() {
        let kept = [version("a", hoursAgo: 3), version("b", hoursAgo: 5), version("c", hoursAgo: 9, .editedHere)]
        let bySize = expired(kept, HistoryLimits(age: .seconds(1_000_000_000), size: 15))
        #expect(bySize.versions.map(\.key) == ["b"])
        #expect(!bySize.isForRoom)
        let byRoom = expired(kept, .standard, FreeSpace(free: 40, total: 1000))
        #expect(byRoom.versions.map(\.key) == ["b"])
        #expect(byRoom.isForRoom)
        #expect(expired(kept, .standard, FreeSpace(free: 51, total: 1000)).versions.isEmpty)
    }

    @Test("what expires goes from the disk with its empty folders")
    func files() async throws {
        try await withKeepingFolder { folder in
            try await folder.put("Notes/a.md", "first")
            try await folder.put("Notes/a.md", "second")
            try folder.write("Notes/a.md", "own")
            try await folder.put("Notes/a.md", "third")
            let history = FolderHistory(folder.records, folder: folder.path + "/history")
            let set = Timestamp(milliseconds: 1_800_000_000_000)
            #expect(try history.changes(in: "Notes", since: set) == 1)
            #expect(try history.expire(.standard, now: set.advanced(by: .seconds(3600))).versions == 0)
            #expect(try history.expire(.standard, now: set.advanced(by: .seconds(91 * 86_400))).versions == 1)
            #expect(try folder.setAside().map(\.text) == ["own"])
            #expect(folder.kept().count == 1)
        }
    }

    @Test("versions are told path by path, the oldest first, and can be read")
    func versions() async throws {
        try await withKeepingFolder { folder in
            let vault = try #require(VaultID("notes-id"))
            let run = try #require(RunID("run"))
            for text in ["first", "second"] { try await folder.put("Notes/b.md", text) }
            for key in ["Notes/a.md", "Notes/gone.md", "Notes (2)/x.md"] { try await folder.put(key, key) }
            for path in ["a.md", "b.md"] {
                var entry = Entry(kind: .file, path: VaultPath(path), version: 1, handle: "1")
                entry.size = 6
                let author = FileRecord.Author(run: run, epoch: "e", now: now)
                _ = try await folder.records.save(
                    FileRecord(entry, status: .completed, author: author, previous: nil),
                    in: vault
                )
            }
            try await folder.store.delete([ObjectKey("Notes/gone.md"), ObjectKey("Notes (2)/x.md")])
            let mirrored = MirroredVault(id: vault, folder: "Notes")
            let history = FolderVersionHistory(
                folder.records,
                folder.store,
                history: folder.path + "/history",
                vaults: [mirrored]
            )
            let files = try await history.files(of: mirrored).collected().flatMap(\.self)
            #expect(files.map(\.path.rawValue) == ["a.md", "b.md", "gone.md"])
            #expect(files.map { $0.versions.map(\.ending) } == [[nil], [.changed, nil], [.deleted]])
            var texts: [String] = []
            for version in files[1].versions + files[2].versions {
                let stream = try #require(try await history.read(version, from: 0))
                texts.append(String(decoding: try await stream.collected().joined(), as: UTF8.self))
            }
            #expect(texts == ["first", "second", "Notes/gone.md"])
            #expect(files[1].versions[1].since == files[1].versions[0].until)
        }
    }
}
