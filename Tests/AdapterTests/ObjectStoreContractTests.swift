import Checksums
import Clocks
import SyncCore
import TestSupport
import Testing

private let nastyKeys = [
    "plain.md", "with space/and  two.md", "plus+and%percent%20.md", "emoji \u{1F600}.md", "e\u{301}.md", "\u{E9}.md",
    "quotes '\"<&>.md", "a..b/..hidden/c...md", "semi;colon=equals&amp;?#.md", "back\\slash|pipe.md",
    "ünïcödé/日本語.md", "~tilde!*'().md", "trailing space ", "line\nfeed.md", "tab\t.md",
    String(repeating: "x", count: 255) + "/long segment.md",
]

@Suite("Every object store")
struct ObjectStoreContractTests {
    private let attributes = ObjectAttributes(
        contentType: "text/markdown; charset=utf-8",
        sha256: "ab12",
        sourceVersion: "7",
        mtime: Timestamp(milliseconds: 1_770_399_182_173),
        path: VaultPath("caf\u{E9}.md"),
        tags: ["provider": "fake", "vault": "notes-id"]
    )

    private func read(_ key: String, from offset: Int64 = 0, _ store: any ObjectStore) async throws -> [UInt8]? {
        guard let stream = try await store.read(ObjectKey(key), from: offset) else { return nil }
        var bytes: [UInt8] = []
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) { bytes += chunk }
        return bytes
    }

    @Test(
        "an object is read back as it was stored, and replaced by the next one",
        arguments: ObjectStoreAdapter.available
    )
    func putAndRead(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            let key = try ObjectKey("folder/a.md")
            #expect(try await store.head(key) == nil)
            #expect(try await store.read(key, from: 0) == nil)
            for text in ["first", "the second", ""] {
                try await store.put(key, Array(text.utf8), attributes)
                try await store.put(key, Array(text.utf8), attributes)
                #expect(try await read("folder/a.md", store) == Array(text.utf8))
                let summary = try #require(try await store.head(key))
                #expect(summary.size == Int64(text.utf8.count))
                #expect(summary.sha256 == (adapter.keepsAttributes ? "ab12" : nil))
                #expect(summary.sourceVersion == (adapter.keepsAttributes ? "7" : nil))
            }
            #expect(try await store.head(ObjectKey("folder")) == nil)
            #expect(try await store.head(ObjectKey("folder/a.md/deeper")) == nil)
        }
    }

    @Test(
        "objects are listed by the bytes of their keys, below a prefix and behind a key",
        arguments: ObjectStoreAdapter.available
    )
    func list(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            // A line feed is not listed as it is by every emulator.
            let keys = ["a", "a.md", "a/b", "a/c.md", "a/b b/x", "a-b", "b/\u{E9}", "b/e\u{301}", "b/z"] + nastyKeys
            let plain = keys.filter { !$0.utf8.contains { $0 < 0x20 } && $0 != "a" }.map { "N/" + $0 }
            for key in plain + ["M/other", "N.md", "NN/x"] {
                try await store.put(ObjectKey(key), Array(key.utf8), attributes)
            }
            let sorted = plain.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let all = try await store.list("N/", after: nil).collected().flatMap(\.self)
            #expect(all.map { Array($0.key.utf8) } == sorted.map { Array($0.utf8) })
            #expect(all.map(\.size) == sorted.map { Int64($0.utf8.count) })
            for middle in ["N/a", "N/a/", "N/a/b", "N/a/b b/x", "N/a0", sorted[5], "N/~~~"] {
                let rest = try await store.list("N/", after: middle).collected().flatMap(\.self)
                #expect(
                    rest.map(\.key) == sorted.filter { middle.utf8.lexicographicallyPrecedes($0.utf8) },
                    "\(middle)"
                )
            }
            #expect(try await store.list("none/", after: nil).collected().flatMap(\.self).isEmpty)
            #expect(try await store.list("", after: nil).collected().flatMap(\.self).count == plain.count + 3)
        }
    }

    @Test("an object is read from any offset", arguments: ObjectStoreAdapter.available)
    func offsets(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            let bytes = [UInt8].varied(300_000)
            try await store.put(ObjectKey("a"), bytes, attributes)
            for offset in [0, 1, 999, 1000, 262_144, 299_999, 300_000] {
                #expect(try await read("a", from: Int64(offset), store) == Array(bytes[offset...]))
            }
        }
    }

    @Test("names of all kinds are kept apart, byte by byte", arguments: ObjectStoreAdapter.available)
    func names(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            // The emulator of AWS has no route for a line feed.
            let nastyKeys = nastyKeys.filter { adapter != .s3 || !$0.contains("\n") }
            for name in nastyKeys { try await store.put(ObjectKey(name), Array(name.utf8), attributes) }
            for name in nastyKeys { #expect(try await read(name, store) == Array(name.utf8), "\(name)") }
            for name in nastyKeys {
                let copy = try ObjectKey("copies/" + name)
                // A folder copies only what has the stated hash.
                var copied = attributes
                copied.sha256 = nil
                #expect(try await store.copy(from: ObjectKey(name), to: copy, copied) != nil, "\(name)")
                #expect(try await read(copy.rawValue, store) == Array(name.utf8), "\(name)")
            }
            try await store.delete(nastyKeys.dropFirst().map { try ObjectKey($0) })
            for name in nastyKeys.dropFirst() { #expect(try await store.head(ObjectKey(name)) == nil, "\(name)") }
            #expect(try await store.head(ObjectKey(nastyKeys[0])) != nil)
        }
    }

    @Test(
        "what the store answers to a write is its mark of the object, until the object is written anew",
        arguments: ObjectStoreAdapter.available
    )
    func fingerprints(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            func marks(_ key: ObjectKey) async throws -> Set<ObjectFingerprint?> {
                let listed = try await store.list("", after: nil).collected().flatMap(\.self)
                return [
                    try await store.head(key)?.fingerprint, listed.first { $0.key == key.rawValue }?.fingerprint,
                ]
            }
            let (key, copy) = (try ObjectKey("folder/a.md"), try ObjectKey("copy.md"))
            let first = try await store.put(key, [1, 2, 3], attributes)
            #expect(first.fingerprint != nil)
            #expect(try await marks(key) == [first.fingerprint])
            let copied = try await store.copy(from: key, to: copy, attributes)
            #expect(try await marks(copy) == [copied?.fingerprint])
            let second = try await store.put(key, [1, 2, 4], attributes)
            #expect(second.fingerprint != first.fingerprint)
            let upload = try await store.beginUpload(key, attributes, partSize: 5 << 20)
            let part = try await store.putPart(1, [5], of: upload)
            let third = try await store.complete(upload, parts: [part])
            #expect(third.fingerprint != second.fingerprint)
            // Later rclone tells the MD5 of all parts: a complete run reads such an object once.
            if adapter != .rclone { #expect(try await marks(key) == [third.fingerprint]) }
        }
    }

    @Test("an upload in parts shows nothing before it is complete", arguments: ObjectStoreAdapter.available)
    func multipart(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            let key = try ObjectKey("videos/large.mp4")
            let partSize = 5 << 20
            let parts = [
                [UInt8](repeating: 1, count: partSize), [UInt8](repeating: 2, count: partSize), [UInt8]("tail".utf8),
            ]
            try await store.put(key, Array("before".utf8), attributes)
            let upload = try await store.beginUpload(key, attributes, partSize: partSize)
            var uploaded: [UploadedPart] = []
            for number in [3, 1, 2] { uploaded.append(try await store.putPart(number, parts[number - 1], of: upload)) }
            // A part that is stored again takes the place of the first one.
            uploaded[1] = try await store.putPart(1, parts[0], of: upload)
            #expect(try await read(key.rawValue, store) == Array("before".utf8))
            try await store.complete(upload, parts: uploaded.sorted { $0.number < $1.number })
            #expect(try await read(key.rawValue, store) == parts.reduce(into: [], +=))
            let summary = try #require(try await store.head(key))
            #expect(summary.size == Int64(2 * partSize + 4))
            #expect(summary.sourceVersion == (adapter.keepsAttributes ? "7" : nil))
        }
    }

    @Test("parts are piped through, listed, and gone on with", arguments: ObjectStoreAdapter.available)
    func pipedParts(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            let key = try ObjectKey("videos/piped.mp4")
            let partSize = 5 << 20
            let first = [UInt8].varied(partSize)
            let tail = [UInt8]("tail".utf8)
            let upload = try await store.beginUpload(key, attributes, partSize: partSize)
            #expect(try await store.storedParts(of: upload) == [])
            let one: UploadedPart
            do {
                one = try await store.putPart(1, Replay(first, chunkSize: 100_000), size: Int64(partSize), of: upload)
            } catch let error as SyncError where error.name == .storeUnavailable && adapter.mayLackTrailers {
                // What the store lacks is known now; a stream is pulled once, so it is for the caller to try again.
                one = try await store.putPart(1, Replay(first, chunkSize: 100_000), size: Int64(partSize), of: upload)
            }
            #expect(one.checksum == CRC64NVME(of: first))
            let listed = try #require(try await store.storedParts(of: upload))
            #expect(listed.map(\.number) == [1])
            #expect(listed.first?.size == Int64(partSize))
            #expect(listed.first?.etag == one.etag)
            #expect(listed.first?.checksum == (adapter.listsChecksums ? one.checksum : nil))
            let two = try await store.putPart(2, Replay(tail, chunkSize: 3), size: 4, of: upload)
            try await store.complete(upload, parts: [one, two])
            let stored = try #require(try await read(key.rawValue, store))
            #expect(stored.count == partSize + 4)
            #expect(CRC64NVME(of: stored) == CRC64NVME(of: first + tail))
            #expect(try await store.storedParts(of: upload) == nil)
        }
    }

    @Test(
        "a stream that breaks, or has not the size it should, is no part",
        arguments: ObjectStoreAdapter.available,
        [(3, true), (3, false), (5, false)]
    )
    func brokenPart(adapter: ObjectStoreAdapter, sent: (count: Int, breaks: Bool)) async throws {
        try await adapter.with { store in
            let upload = try await store.beginUpload(ObjectKey("a.mp4"), attributes, partSize: 5 << 20)
            let failure = SyncError(.sourceGone, "gone")
            let bytes = [UInt8](repeating: 1, count: sent.count)
            let stream = Replay(bytes, chunkSize: 1, failure: sent.breaks ? failure : nil)
            let error = await #expect(throws: SyncError.self) {
                try await store.putPart(1, stream, size: 4, of: upload)
            }
            #expect(error?.name == (sent.breaks ? .sourceGone : .sourceUnavailable))
            #expect(try await store.storedParts(of: upload) == [])
            try await store.abort(upload)
        }
    }

    @Test("uploads that are open are found by folder and age", arguments: ObjectStoreAdapter.available)
    func openUploads(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            let keys = ["Notes/a b/\u{E9}.mp4", "Notes/b.mp4", "Notes (2)/c.mp4"]
            var uploads: [MultipartUpload] = []
            for key in keys {
                uploads.append(try await store.beginUpload(ObjectKey(key), attributes, partSize: 5 << 20))
            }
            let past = Timestamp(milliseconds: 0)
            let future = Timestamp(milliseconds: 4_000_000_000_000)
            #expect(try await store.openUploads(below: "Notes", begunBefore: past).isEmpty)
            #expect(try await store.openUploads(below: "", begunBefore: future).count == 3)
            let found = try await store.openUploads(below: "Notes", begunBefore: future)
            #expect(Set(found.map(\.id)) == Set(uploads.prefix(2).map(\.id)))
            #expect(Set(found.map(\.key.rawValue)) == Set(keys.prefix(2)))
            for upload in found { try await store.abort(upload) }
            #expect(try await store.openUploads(below: "Notes", begunBefore: future).isEmpty)
            #expect(try await store.storedParts(of: uploads[0]) == nil)
            #expect(try await store.storedParts(of: uploads[2]) == [])
        }
    }

    @Test("an aborted upload leaves nothing, and may be aborted again", arguments: ObjectStoreAdapter.available)
    func abort(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            let key = try ObjectKey("a.mp4")
            let upload = try await store.beginUpload(key, attributes, partSize: 5 << 20)
            let part = try await store.putPart(1, [1, 2, 3], of: upload)
            try await store.abort(upload)
            try await store.abort(upload)
            #expect(try await store.head(key) == nil)
            await #expect(throws: SyncError.self) { try await store.complete(upload, parts: [part]) }
            #expect(try await store.head(key) == nil)
        }
    }

    @Test(
        "a copy leaves its source, replaces what was there, and takes its own attributes",
        arguments: ObjectStoreAdapter.available
    )
    func copy(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            let (source, destination) = (try ObjectKey("a/b.md"), try ObjectKey("c/d.md"))
            #expect(try await store.copy(from: source, to: destination, attributes) == nil)
            #expect(try await store.head(destination) == nil)
            try await store.put(source, [1, 2], attributes)
            try await store.put(destination, [3], attributes)
            var changed = attributes
            changed.sha256 = nil
            changed.sourceVersion = "8"
            #expect(try await store.copy(from: source, to: destination, changed) != nil)
            #expect(try await read("c/d.md", store) == [1, 2])
            #expect(try await read("a/b.md", store) == [1, 2])
            #expect(try await store.head(destination)?.sourceVersion == (adapter.keepsAttributes ? "8" : nil))
            #expect(try await store.copy(from: ObjectKey("a"), to: ObjectKey("e"), attributes) == nil)
        }
    }

    @Test("deleting what is not there is no error, and touches nothing else", arguments: ObjectStoreAdapter.available)
    func delete(adapter: ObjectStoreAdapter) async throws {
        try await adapter.with { store in
            try await store.put(ObjectKey("folder/a.md"), [1], attributes)
            try await store.put(ObjectKey("folder/b.md"), [2], attributes)
            try await store.delete([])
            try await store.delete([ObjectKey("never"), ObjectKey("never/there.md"), ObjectKey("folder/a.md/deeper")])
            try await store.delete([ObjectKey("folder"), ObjectKey("folder/a.md")])
            #expect(try await store.head(ObjectKey("folder/a.md")) == nil)
            #expect(try await read("folder/b.md", store) == [2])
            try await store.delete([ObjectKey("folder/b.md"), ObjectKey("folder/b.md")])
            // The name of a folder that went with its last file is free again.
            try await store.put(ObjectKey("folder"), [3], attributes)
            #expect(try await read("folder", store) == [3])
        }
    }
}
