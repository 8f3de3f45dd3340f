import Checksums
package import Clocks
package import SyncCore
import Synchronization

/// Objects in memory. It answers as a bucket does, and can be looked into.
package final class MemoryObjectStore: ObjectStore {
    /// One object.
    package struct Stored: Hashable, Sendable {
        /// Its bytes.
        package var bytes: [UInt8]
        /// What was stored with them.
        package var attributes: ObjectAttributes
        /// When it was written, where a test has said so.
        package var written: Timestamp?
        /// Which write of the store it came from, from 1.
        package var writing = 0

        /// The mark that the store gives of it.
        package var fingerprint: ObjectFingerprint { ObjectFingerprint("write-\(writing)") }
    }

    fileprivate struct Upload {
        var handle: MultipartUpload
        var attributes: ObjectAttributes
        var begun: Timestamp
        var parts: [Int: [UInt8]] = [:]
    }

    fileprivate struct State {
        var objects: [ObjectKey: Stored] = [:]
        var uploads: [String: Upload] = [:]
        var uploadsBegun = 0
        var writes = 0
        var immovable: Set<ObjectKey> = []
    }

    private let state = Mutex(State())
    private let chunkSize: Int
    private let listsChecksums: Bool
    private let now: @Sendable () -> Timestamp

    /// Makes an empty store.
    ///
    /// - Parameters:
    ///   - chunkSize: how many bytes one pull of a reader gives.
    ///   - listsChecksums: whether the list of an upload's parts has their checksums.
    ///   - now: when uploads are begun.
    package init(
        chunkSize: Int = 64 << 10,
        listsChecksums: Bool = true,
        now: @escaping @Sendable () -> Timestamp = { InstantClock.start }
    ) {
        self.chunkSize = chunkSize
        self.listsChecksums = listsChecksums
        self.now = now
    }

    /// Refuses to delete these objects from now on, and no others.
    package func refuseDeletion(of keys: Set<ObjectKey>) { state.withLock { $0.immovable = keys } }

    /// Everything that is visible.
    package var objects: [ObjectKey: Stored] { state.withLock { $0.objects } }

    /// Uploads that were begun and neither completed nor aborted.
    package var openUploads: Int { state.withLock { $0.uploads.count } }

    /// Uploads in parts that were ever begun.
    package var uploadsBegun: Int { state.withLock { $0.uploadsBegun } }

    /// How often an object became visible, by whatever way.
    package var writes: Int { state.withLock { $0.writes } }

    @discardableResult
    package func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject {
        state.withLock { $0.show(key, Stored(bytes: bytes, attributes: attributes)) }
    }

    package func beginUpload(
        _ key: ObjectKey,
        _ attributes: ObjectAttributes,
        partSize: Int
    ) async throws -> MultipartUpload {
        state.withLock { state in
            state.uploadsBegun += 1
            let upload = MultipartUpload(key: key, id: "upload-\(state.uploadsBegun)", partSize: partSize)
            state.uploads[upload.id] = Upload(handle: upload, attributes: attributes, begun: now())
            return upload
        }
    }

    package func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart {
        try state.withLock { state in
            guard state.uploads[upload.id] != nil else { throw Self.unknownUpload }
            state.uploads[upload.id]?.parts[number] = bytes
            return Self.part(number, bytes, checksum: CRC64NVME(of: bytes))
        }
    }

    package func putPart(
        _ number: Int,
        _ stream: ByteStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart {
        let stream = PartStream(stream, size: size)
        var bytes: [UInt8] = []
        for try await chunk in stream { bytes += chunk }
        let part = try await putPart(number, bytes, of: upload)
        return try stream.finish(number: number, etag: part.etag)
    }

    package func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]? {
        state.withLock { state in
            state.uploads[upload.id]?.parts.sorted { $0.key < $1.key }.map { number, bytes in
                Self.part(number, bytes, checksum: listsChecksums ? CRC64NVME(of: bytes) : nil)
            }
        }
    }

    private static func part(_ number: Int, _ bytes: [UInt8], checksum: CRC64NVME?) -> UploadedPart {
        UploadedPart(number: number, etag: "\(number)-\(bytes.count)", size: Int64(bytes.count), checksum: checksum)
    }

    @discardableResult
    package func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws -> StoredObject {
        try state.withLock { state in
            guard let found = state.uploads[upload.id] else { throw Self.unknownUpload }
            let numbers = parts.map(\.number)
            let bodies = numbers.compactMap { found.parts[$0] }
            let whole = bodies.reduce(into: [UInt8]()) { $0 += $1 }
            guard numbers == Array(1...max(numbers.count, 1)), Set(numbers) == Set(found.parts.keys),
                parts.wholeChecksum == CRC64NVME(of: whole)
            else { throw SyncError(.corruptContent, "the parts of an upload are not those that were stored") }
            guard bodies.dropLast().allSatisfy({ $0.count == upload.partSize }) else {
                throw SyncError(.corruptContent, "a part of an upload is not of the size that was announced")
            }
            state.uploads[upload.id] = nil
            return state.show(upload.key, Stored(bytes: whole, attributes: found.attributes))
        }
    }

    package func abort(_ upload: MultipartUpload) async throws {
        state.withLock { $0.uploads[upload.id] = nil }
    }

    package func openUploads(below folder: String, begunBefore moment: Timestamp) async throws -> [MultipartUpload] {
        state.withLock { state in
            state.uploads.values.filter { $0.begun < moment && $0.handle.isBelow(folder) }.map(\.handle).sorted {
                $0.id < $1.id
            }
        }
    }

    package func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream? {
        guard let stored = objects[key] else { return nil }
        return Replay(stored.bytes.dropFirst(Int(offset)), chunkSize: chunkSize)
    }

    package func head(_ key: ObjectKey) async throws -> ObjectSummary? {
        objects[key].map { stored in
            ObjectSummary(
                size: Int64(stored.bytes.count),
                sha256: stored.attributes.sha256,
                crc64nvme: CRC64NVME(of: stored.bytes),
                sourceVersion: stored.attributes.sourceVersion,
                fingerprint: stored.fingerprint
            )
        }
    }

    package func copy(
        from source: ObjectKey,
        to destination: ObjectKey,
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject? {
        state.withLock { state in
            guard let found = state.objects[source] else { return nil }
            return state.show(destination, Stored(bytes: found.bytes, attributes: attributes))
        }
    }

    @discardableResult
    package func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] {
        state.withLock { state in
            var kept: [ObjectKey: SyncError] = [:]
            for key in keys {
                if state.immovable.contains(key) {
                    kept[key] = SyncError(.storeRefused, "an object cannot be deleted")
                } else {
                    state.objects[key] = nil
                }
            }
            return kept
        }
    }

    package func list(
        _ prefix: String,
        after key: String?
    ) -> any AsyncSequence<[ListedObject], any Error> & Sendable {
        let all = objects.sorted { $0.key < $1.key }
            .map { key, stored in
                ListedObject(
                    key: key.rawValue,
                    size: Int64(stored.bytes.count),
                    written: stored.written,
                    fingerprint: stored.fingerprint
                )
            }
        return Replay(
            pagesOf: all.filter { object in
                object.key.utf8.starts(with: prefix.utf8)
                    && key.map { $0.utf8.lexicographicallyPrecedes(object.key.utf8) } ?? true
            },
            100
        )
    }

    /// Sets when an object was written, for listings.
    package func setWritten(_ time: Timestamp, of key: ObjectKey) {
        state.withLock { $0.objects[key]?.written = time }
    }

    private static var unknownUpload: SyncError {
        SyncError(.storeUnavailable, "an upload is unknown to the store")
    }
}

extension MemoryObjectStore.State {
    fileprivate mutating func show(_ key: ObjectKey, _ stored: MemoryObjectStore.Stored) -> StoredObject {
        writes += 1
        var stored = stored
        stored.writing = writes
        objects[key] = stored
        return StoredObject(fingerprint: stored.fingerprint)
    }
}
