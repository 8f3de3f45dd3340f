import Clocks
import SyncCore

/// A mirror that is only read: copies and deletions succeed without being made.
struct DryStore: ObjectStore {
    let base: any ObjectStore
    let account: DryAccount

    var keepsAttributes: Bool { base.keepsAttributes }

    func list(_ prefix: String, after key: String?) -> any AsyncSequence<[ListedObject], any Error> & Sendable {
        base.list(prefix, after: key)
    }

    func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream? {
        try await base.read(key, from: offset)
    }

    func head(_ key: ObjectKey) async throws -> ObjectSummary? { try await base.head(key) }

    func copy(
        from source: ObjectKey,
        to destination: ObjectKey,
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject? {
        guard let object = try await base.head(source) else { return nil }
        account.copied(destination, bytes: object.size)
        return StoredObject()
    }

    func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] { [:] }

    /// Those that nobody goes on with are thrown away by a run; here they stay.
    func openUploads(below folder: String, begunBefore moment: Timestamp) async throws -> [MultipartUpload] { [] }

    func abort(_ upload: MultipartUpload) async throws {}

    func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]? {
        try await base.storedParts(of: upload)
    }

    func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject {
        throw Self.refusal
    }

    func beginUpload(
        _ key: ObjectKey,
        _ attributes: ObjectAttributes,
        partSize: Int
    ) async throws -> MultipartUpload {
        throw Self.refusal
    }

    func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart {
        throw Self.refusal
    }

    func putPart(
        _ number: Int,
        _ stream: ByteStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart {
        throw Self.refusal
    }

    func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws -> StoredObject {
        throw Self.refusal
    }

    private static var refusal: SyncError { SyncError(.storeRefused, "a dry run writes nothing") }
}
