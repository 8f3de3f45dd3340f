import Backup
import Clocks
import SyncCore
import TestSupport
import Testing

@Suite("What is in a mirror")
struct CatalogueTests {
    private let world = BackupWorld()
    private let vault = MirroredVault(id: BackupWorld.vault, folder: "Notes")

    private func lines(
        _ question: Catalogue.Question,
        _ pattern: String? = nil,
        _ history: (any VersionHistory)? = nil
    ) async throws -> [CatalogueLine] {
        var lines: [CatalogueLine] = []
        let history = history ?? PresentHistory(world.records, world.store, vaults: [vault])
        try await Catalogue(world.records, history)(vault, question, FileSelection(pattern)) { lines.append($0) }
        return lines
    }

    @Test("each question finds its files, with what is known of them")
    func questions() async throws {
        try await world.mirror("a.md", "four")
        try await world.mirror("gone.md", "x") { $0.status = .deleted }
        try await world.mirror("sub/failed.md", "x") { record in
            record.status = .failed
            record.lastError = SyncError.Name.corruptContent
        }
        try await world.mirror("sub/refused.md", "x") { $0.status = .skipped }
        let present = try await lines(.present)
        #expect(present.map(\.path.rawValue) == ["a.md"])
        #expect(present.first?.size == 4 && present.first?.sha256 != nil && present.first?.state == .mirrored)
        #expect(try await lines(.deleted).map(\.path.rawValue) == ["gone.md"])
        let failed = try await lines(.notMirrored)
        #expect(failed.map(\.state) == [.failed, .refused] && failed.first?.error == "CorruptContent")
        #expect(try await lines(.notMirrored, "sub/refused.md").count == 1)
        #expect(try await lines(.at(.init(milliseconds: 0))).isEmpty)
        #expect(try await lines(.at(InstantClock.start)).map(\.path.rawValue) == ["a.md"])
    }

    @Test("versions are told with their times and why they ended")
    func versions() async throws {
        var history = MemoryHistory()
        history.add("a", "1", since: 10, until: 20, .changed)
        history.add("a", "22", since: 20, until: 25, .editedHere)
        history.add("a", "333", since: 25)
        let lines = try await lines(.versions, nil, history)
        #expect(lines.map(\.state) == [.replaced, .edited, .mirrored] && lines.map(\.size) == [1, 2, 3])
        #expect(lines.map { $0.until?.milliseconds } == [20, 25, nil])
    }

    @Test("a present version is read from the store")
    func present() async throws {
        try await world.mirror("a.md", "four")
        let history = PresentHistory(world.records, world.store, vaults: [vault])
        var found: [FileVersions] = []
        for try await page in history.files(of: vault) { found += page }
        let version = try #require(found.first?.versions.first)
        var bytes: [UInt8] = []
        let stream = try #require(try await history.read(version, from: 1))
        for try await chunk in stream { bytes += chunk }
        #expect(String(decoding: bytes, as: UTF8.self) == "our")
    }
}
