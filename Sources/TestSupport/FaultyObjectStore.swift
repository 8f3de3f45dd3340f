package import Clocks
package import SyncCore

/// An object store of which chosen calls fail.
package struct FaultyObjectStore: ObjectStore {
    /// The operations of an object store.
    package enum Operation: Hashable, CaseIterable, Sendable {
        case put, beginUpload, putPart, storedParts, complete, abort, openUploads, read, head, copy, delete, list
    }

    private let base: any ObjectStore
    private let faults: Faults<Operation>

    /// Puts a plan of faults before a store.
    package init(_ base: any ObjectStore, fail faults: Faults<Operation>) {
        self.base = base
        self.faults = faults
    }

    @discardableResult
    package func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject {
        try await faults.around(.put) { try await base.put(key, bytes, attributes) }
    }

    package func beginUpload(
        _ key: ObjectKey,
        _ attributes: ObjectAttributes,
        partSize: Int
    ) async throws -> MultipartUpload {
        try await faults.around(.beginUpload) { try await base.beginUpload(key, attributes, partSize: partSize) }
    }

    package func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart {
        try await faults.around(.putPart) { try await base.putPart(number, bytes, of: upload) }
    }

    package func putPart(
        _ number: Int,
        _ stream: ByteStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart {
        try await faults.around(.putPart, isRepeatable: false) {
            try await base.putPart(number, stream, size: size, of: upload)
        }
    }

    package func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]? {
        try await faults.around(.storedParts) { try await base.storedParts(of: upload) }
    }

    package func openUploads(below folder: String, begunBefore moment: Timestamp) async throws -> [MultipartUpload] {
        try await faults.around(.openUploads) { try await base.openUploads(below: folder, begunBefore: moment) }
    }

    @discardableResult
    package func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws -> StoredObject {
        try await faults.around(.complete) { try await base.complete(upload, parts: parts) }
    }

    package func abort(_ upload: MultipartUpload) async throws {
        try await faults.around(.abort) { try await base.abort(upload) }
    }

    package func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream? {
        try await faults.around(.read) { try await base.read(key, from: offset) }
    }

    package func head(_ key: ObjectKey) async throws -> ObjectSummary? {
        try await faults.around(.head) { try await base.head(key) }
    }

    package func copy(
        from source: ObjectKey,
        to destination: ObjectKey,
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject? {
        try await faults.around(.copy) { try await base.copy(from: source, to: destination, attributes) }
    }

    @discardableResult
    package func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] {
        try await faults.around(.delete) { try await base.delete(keys) }
    }

    package var keepsAttributes: Bool { base.keepsAttributes }

    package func list(
        _ prefix: String,
        after key: String?
    ) -> any AsyncSequence<[ListedObject], any Error> & Sendable {
        faults.sequence(.list, base.list(prefix, after: key))
    }
}
