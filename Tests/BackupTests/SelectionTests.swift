import Backup
import Clocks
import SyncCore
import Testing

@Suite("Which version of a file is meant")
struct VersionSelectionTests {
    private static func version(
        _ size: Int64,
        _ since: Int64?,
        _ until: Int64?,
        _ ending: FileVersion.Ending? = nil
    )
        -> FileVersion
    {
        var version = FileVersion(path: VaultPath("a"), size: size, place: .init(rawValue: "\(size)"))
        version.since = since.map(Timestamp.init(milliseconds:))
        version.until = until.map(Timestamp.init(milliseconds:))
        version.ending = ending
        return version
    }

    /// Stored at 10, changed at 20, edited by hand at 25, deleted at 30, there again from 40.
    private static let file = FileVersions(
        path: VaultPath("a"),
        versions: [
            version(1, 10, 20, .changed), version(9, 22, 25, .editedHere), version(2, 20, 30, .deleted),
            version(3, 40, nil),
        ]
    )

    @Test(
        "a moment finds what the mirror held then",
        arguments: [(9, nil), (10, 1), (19, 1), (20, 2), (24, 2), (29, 2), (30, nil), (39, nil), (40, 3), (99, 3)]
            as [(Int64, Int64?)]
    )
    func moment(at: Int64, size: Int64?) {
        #expect(VersionSelection.at(Timestamp(milliseconds: at))(Self.file)?.size == size)
    }

    @Test("the present is the version that has not ended")
    func present() {
        #expect(VersionSelection.present(Self.file)?.size == 3)
        let deleted = FileVersions(path: VaultPath("a"), versions: [Self.version(1, nil, 20, .deleted)])
        #expect(VersionSelection.present(deleted) == nil)
    }

    @Test("a version of which nobody noted the beginning was there since ever")
    func unknownBeginning() {
        let file = FileVersions(path: VaultPath("a"), versions: [Self.version(1, nil, 20, .changed)])
        #expect(VersionSelection.at(Timestamp(milliseconds: 1))(file)?.size == 1)
        #expect(VersionSelection.at(Timestamp(milliseconds: 20))(file) == nil)
    }
}

@Suite("Which files are meant")
struct FileSelectionTests {
    @Test("a pattern names files, and folders with all that lies in them; nothing is left out by itself")
    func pattern() {
        let notes = FileSelection("Notes/")
        #expect(notes.contains(VaultPath("Notes/a.md")) && !notes.contains(VaultPath("b.md")))
        #expect(FileSelection("*.md").contains(VaultPath("x/y.md")))
        #expect(FileSelection(nil).contains(VaultPath(".obsidian/workspace.json")))
        #expect(FileSelection(".obsidian/").contains(VaultPath(".obsidian/workspace.json")))
    }

    @Test("shares cover everything once")
    func shares() throws {
        let shares = try (1...7).map { try Share("\($0)/7", now: Timestamp(milliseconds: 0)) }
        var counts = Array(repeating: 0, count: 7)
        for number in 0..<700 {
            let path = VaultPath("notes/\(number).md")
            let owners = shares.indices.filter { shares[$0].contains(path) }
            #expect(owners.count == 1)
            for owner in owners { counts[owner] += 1 }
        }
        #expect(counts.allSatisfy { $0 > 50 && $0 < 150 }, "\(counts)")
    }

    @Test("today's share is another one every day, and all of them cover everything")
    func today() throws {
        func share(day: Int64) throws -> Share {
            try Share("today/30", now: Timestamp(milliseconds: (day * 24 + 7) * 3_600_000))
        }
        let days = try (20_000..<20_030).map { try share(day: $0) }
        #expect(Set(days).count == 30)
        #expect(try share(day: 20_030) == days[0])
    }

    @Test(
        "what is no share is refused",
        arguments: ["", "3", "0/3", "4/3", "a/b", "1/0", "1/2/3", "-1/3", "today/0", "today"]
    )
    func noShare(text: String) {
        #expect(throws: SyncError.self) { try Share(text, now: Timestamp(milliseconds: 0)) }
    }
}
