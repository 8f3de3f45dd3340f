import Foundation
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

    @Test("a listing is gone on with from a pause, also when a call after it died", arguments: [300, 5000, 1 << 20])
    func goesOn(pieceSize: Int) async throws {
        let store = MemoryObjectStore()
        let entries = (1...90).map { number in
            Entry(kind: .file, path: VaultPath("\(number * 37 % 90)"), version: Int64(number), handle: "\(number)")
        }
        func writer(after pause: ManifestWriter.Pause?) -> ManifestWriter {
            ManifestWriter(store: store, vault: .notes, run: .first, pieceSize: pieceSize, after: pause)
        }
        var first = writer(after: nil)
        for entry in entries[..<40] { try await first.add(entry) }
        let pause = try await first.pause()
        let kept = try JSONDecoder().decode(ManifestWriter.Pause.self, from: JSONEncoder().encode(pause))
        #expect(kept == pause)
        var died = writer(after: kept)
        for entry in entries[40...] { try await died.add(entry) }
        var second = writer(after: kept)
        for entry in entries[40...] { try await second.add(entry) }
        let pieces = store.objects.count
        var piecesBefore = 0
        let written = try await second.finish { piecesBefore = store.objects.count }
        #expect(written.entries == 90)
        #expect(piecesBefore > pieces, "what a pause names is there until the manifest is")
        let key = try KeyMapping.manifest(vault: .notes, run: .first)
        #expect(Array(store.objects.keys) == [key])
        var reader = JSONLinesReader<Entry>(try #require(try await store.read(key, from: 0)))
        #expect(try await reader.next(upTo: 100).map(\.value) == entries.sorted { $0.path < $1.path })
    }

    @Test("a listing of nothing is an empty manifest")
    func empty() async throws {
        let store = MemoryObjectStore()
        var writer = ManifestWriter(store: store, vault: .notes, run: .first)
        #expect(try await writer.finish() == .init())
        #expect(store.objects.values.map(\.bytes) == [[]])
    }
}
