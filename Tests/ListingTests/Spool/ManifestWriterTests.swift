import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The manifest")
struct ManifestWriterTests {
    @Test(
        "a listing of any size is sorted, and of each path the newest entry is kept",
        arguments: [1, 300, 5000, 1 << 20]
    )
    func sorts(pieceSize: Int) async throws {
        var random = SeededGenerator(seed: 7)
        let store = MemoryObjectStore(chunkSize: 333)
        var writer = ManifestWriter(store: store, vault: .notes, run: .first, pieceSize: pieceSize)
        var newest: [VaultPath: Entry] = [:]
        for version in (1...300).map(Int64.init).shuffled(using: &random) {
            let path = VaultPath("\(Int.random(in: 0..<100, using: &random)) e\u{301}\n.md")
            let entry = Entry(kind: .file, path: path, version: version, handle: "\(version)")
            newest[path] = newest[path].map { $0.version > version ? $0 : entry } ?? entry
            try await writer.add(entry)
        }
        let count = try await writer.finish().entries
        let key = try KeyMapping.manifest(vault: .notes, run: .first)
        #expect(Array(store.objects.keys) == [key])
        let stream = try #require(try await store.read(key, from: 0))
        var reader = JSONLinesReader<Entry>(stream)
        var read: [Entry] = []
        while let line = try await reader.next() { read.append(line.value) }
        #expect(read == newest.values.sorted { $0.path < $1.path })
        #expect(count == read.count)
    }

    @Test("a listing of nothing is an empty manifest")
    func empty() async throws {
        let store = MemoryObjectStore()
        var writer = ManifestWriter(store: store, vault: .notes, run: .first)
        #expect(try await writer.finish() == .init())
        #expect(store.objects.values.map(\.bytes) == [[]])
    }
}
