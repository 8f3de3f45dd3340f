/// Stores a stream of unknown or large size with a fixed number of parts in memory.
package struct StreamUpload: Sendable {
    /// Gives the next bytes of a stream, or nil after the last.
    package typealias Pull = () async throws -> [UInt8]?

    private let store: any ObjectStore
    private let settings: UploadSettings
    private let limit: CleanUpLimit?

    /// Makes an uploader into `store`.
    package init(into store: any ObjectStore, _ settings: UploadSettings) {
        self.init(into: store, settings, cleanUpUntil: nil)
    }

    /// Makes an uploader into `store` that throws nothing away after `limit`.
    package init(into store: any ObjectStore, _ settings: UploadSettings, cleanUpUntil limit: CleanUpLimit?) {
        self.store = store
        self.settings = settings
        self.limit = limit
    }

    /// Stores a stream as one object.
    ///
    /// - Parameters:
    ///   - object: its key, and what is stored with it.
    ///   - size: the size that is expected, if one is.
    ///   - begin: is told before anything is stored: of the upload in parts that was begun, or nil where one request is
    ///     enough. What it throws ends everything.
    ///   - verify: is called with the size after the last byte and before anything becomes visible; what it throws
    ///     throws the upload away.
    ///   - pull: gives the next bytes, or nil after the last; it is called no faster than parts are stored.
    /// - Returns: the size in bytes, and what the store holds now.
    /// - Throws: what `pull`, `verify` or the store throws; `TooLarge`; nothing is visible then.
    package func store(
        as object: (key: ObjectKey, attributes: ObjectAttributes),
        expecting size: Int64? = nil,
        begin: (MultipartUpload?) async throws -> Void = { _ in },
        verify: (Int64) throws -> Void = { _ in },
        pull: Pull
    ) async throws -> (size: Int64, stored: StoredObject) {
        try UploadSettings.check(size)
        let plan = settings.bufferedParts(for: size)
        var source = PartSource(partSize: plan.size)
        if (size ?? 0) <= Int64(settings.multipartThreshold) {
            let first = try await source.next(upTo: settings.multipartThreshold + 1, pull)
            if first.count <= settings.multipartThreshold {
                try verify(source.count)
                try await begin(nil)
                return (source.count, try await store.put(object.key, first, object.attributes))
            }
            source.putBack(first)
        }
        let upload = try await store.beginUpload(object.key, object.attributes, partSize: plan.size)
        do {
            try await begin(upload)
            let parts = try await storeParts(of: &source, upload, plan.inFlight, pull)
            try verify(source.count)
            return (source.count, try await store.completeSurely(upload, parts: parts, object.attributes))
        } catch {
            await store.abandon(upload, until: limit)
            throw error
        }
    }

    private func storeParts(
        of source: inout PartSource,
        _ upload: MultipartUpload,
        _ partsInFlight: Int,
        _ pull: Pull
    ) async throws -> [UploadedPart] {
        try await withThrowingTaskGroup(of: UploadedPart.self) { group in
            var parts: [UploadedPart] = []
            var number = 0
            while true {
                let bytes = try await source.nextPart(pull)
                if bytes.isEmpty { break }
                number += 1
                guard number <= UploadSettings.mostParts else {
                    throw SyncError(.tooLarge, "a file is larger than the parts that S3 takes of it")
                }
                if number > partsInFlight, let part = try await group.next() { parts.append(part) }
                let partNumber = number
                group.addTask { try await store.putPart(partNumber, bytes, of: upload) }
            }
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.number < $1.number }
        }
    }
}

extension ObjectStore {
    /// Throws an upload away, as far as that is possible before `limit`, also when the surrounding task is cancelled.
    ///
    /// An upload that cannot be aborted now is named by its file's record, or found by the next run.
    package func abandon(_ upload: MultipartUpload, until limit: CleanUpLimit?) async {
        await cleanUp(until: limit) { try? await abort(upload) }
    }

    /// Completes an upload. Where the answer is lost, the store is asked whether the object is there.
    ///
    /// - Throws: what completing it threw, where the object is not there.
    package func completeSurely(
        _ upload: MultipartUpload,
        parts: [UploadedPart],
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject {
        do {
            return try await complete(upload, parts: parts)
        } catch let error as SyncError where error.isRetryable {
            guard let version = attributes.sourceVersion, let object = try await head(upload.key),
                object.sourceVersion == version, object.size == parts.totalSize,
                object.crc64nvme == nil || object.crc64nvme == parts.wholeChecksum
            else { throw error }
            return StoredObject(fingerprint: object.fingerprint)
        }
    }
}

/// Cuts a stream into parts.
private struct PartSource {
    private var pending: [UInt8] = []
    private var isAtEnd = false
    private let partSize: Int
    /// What a source gives at once, mostly.
    private static let largestChunk = 64 << 10
    /// Bytes that were pulled so far.
    private(set) var count: Int64 = 0

    init(partSize: Int) {
        self.partSize = partSize
    }

    mutating func putBack(_ bytes: [UInt8]) {
        pending = bytes + pending
    }

    /// Exactly one part, or what is left, or nothing at the end.
    mutating func nextPart(_ pull: StreamUpload.Pull) async throws -> [UInt8] {
        // What grows by doubling would hold twice a part.
        pending.reserveCapacity(partSize + Self.largestChunk)
        return try await next(upTo: partSize, pull)
    }

    mutating func next(upTo limit: Int, _ pull: StreamUpload.Pull) async throws -> [UInt8] {
        var part = pending
        pending = []
        // Growing by doubling would hold twice what is needed.
        if !isAtEnd { part.reserveCapacity(min(limit, partSize) + (64 << 10)) }
        while part.count < limit, !isAtEnd {
            guard let chunk = try await pull() else {
                isAtEnd = true
                break
            }
            count += Int64(chunk.count)
            part += chunk
        }
        if part.count > limit {
            pending = Array(part[limit...])
            part.removeSubrange(limit...)
        }
        return part
    }
}
