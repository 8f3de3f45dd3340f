/// How streams are cut into parts.
package struct UploadSettings: Sendable {
    /// Bodies of up to so many bytes are stored with one request.
    package var multipartThreshold: Int
    /// The size of a part in bytes; larger for objects that would have more than 10,000.
    package var partSize: Int
    /// How many parts are on their way at once.
    package var partsInFlight: Int

    /// S3's limit.
    package static let mostParts = 10_000
    /// S3's smallest part, but for the last one.
    package static let smallestPart = 5 << 20

    /// Makes settings; a part size below S3's smallest is raised to it.
    package init(multipartThreshold: Int = 8 << 20, partSize: Int = 8 << 20, partsInFlight: Int = 3) {
        self.multipartThreshold = max(multipartThreshold, Self.smallestPart)
        self.partSize = max(partSize, Self.smallestPart)
        self.partsInFlight = max(partsInFlight, 1)
    }

    /// The part size for an object of `size` bytes.
    package func partSize(for size: Int64?) -> Int {
        guard let size else { return partSize }
        return max(partSize, Int((size + Int64(Self.mostParts) - 1) / Int64(Self.mostParts)))
    }
}

/// Stores a stream of unknown or large size with a fixed number of parts in memory.
package struct StreamUpload: Sendable {
    /// Gives the next bytes of a stream, or nil after the last.
    package typealias Pull = () async throws -> [UInt8]?

    private let store: any ObjectStore
    private let settings: UploadSettings

    /// Makes an uploader into `store`.
    package init(into store: any ObjectStore, _ settings: UploadSettings) {
        self.store = store
        self.settings = settings
    }

    /// Stores a stream as one object.
    ///
    /// - Parameters:
    ///   - object: its key, and what is stored with it.
    ///   - size: the size that is expected, if one is.
    ///   - verify: is called with the size after the last byte and before anything becomes visible; what it throws
    ///     throws the upload away.
    ///   - pull: gives the next bytes, or nil after the last; it is called no faster than parts are stored.
    /// - Returns: the size in bytes.
    /// - Throws: what `pull`, `verify` or the store throws; nothing is visible then.
    package func store(
        as object: (key: ObjectKey, attributes: ObjectAttributes),
        expecting size: Int64? = nil,
        verify: (Int64) throws -> Void = { _ in },
        pull: Pull
    ) async throws -> Int64 {
        let partSize = settings.partSize(for: size)
        var source = PartSource(partSize: partSize)
        let first = try await source.next(upTo: settings.multipartThreshold + 1, pull)
        if first.count <= settings.multipartThreshold {
            try verify(source.count)
            try await store.put(object.key, first, object.attributes)
            return source.count
        }
        source.putBack(first)
        let upload = try await store.beginUpload(object.key, object.attributes, partSize: partSize)
        do {
            let parts = try await storeParts(of: &source, upload, pull)
            try verify(source.count)
            try await store.complete(upload, parts: parts)
            return source.count
        } catch {
            await abandon(upload)
            throw error
        }
    }

    private func storeParts(
        of source: inout PartSource,
        _ upload: MultipartUpload,
        _ pull: Pull
    ) async throws -> [UploadedPart] {
        try await withThrowingTaskGroup(of: UploadedPart.self) { group in
            var parts: [UploadedPart] = []
            var number = 0
            while true {
                let bytes = try await source.nextPart(pull)
                if bytes.isEmpty { break }
                number += 1
                if number > settings.partsInFlight, let part = try await group.next() { parts.append(part) }
                let partNumber = number
                group.addTask { try await store.putPart(partNumber, bytes, of: upload) }
            }
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.number < $1.number }
        }
    }

    /// Clean-up has to reach the store although the surrounding task may be cancelled, hence the task of its own.
    /// An upload that cannot be aborted now is removed by the bucket's lifecycle rule.
    private func abandon(_ upload: MultipartUpload) async {
        let store = store
        await Task { try? await store.abort(upload) }.value
    }
}

/// Cuts a stream into parts.
private struct PartSource {
    private var pending: [UInt8] = []
    private var isAtEnd = false
    private let partSize: Int
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
        try await next(upTo: partSize, pull)
    }

    mutating func next(upTo limit: Int, _ pull: StreamUpload.Pull) async throws -> [UInt8] {
        var part = pending
        pending = []
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
