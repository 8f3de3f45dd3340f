/// Bytes that are pulled: chunks of any size, in order.
package typealias ByteStream = any AsyncSequence<[UInt8], any Error> & Sendable

/// What is stored with an object besides its bytes.
package struct ObjectAttributes: Hashable, Sendable {
    /// The media type.
    package var contentType: String
    /// Lower-case hexadecimal SHA-256 of the bytes, where it is known before they are stored.
    package var sha256: String?
    /// The source's version of the file.
    package var sourceVersion: String?
    /// When the content was last changed.
    package var mtime: Timestamp?
    /// The path in the vault, where the object is a file of one.
    package var path: VaultPath?
    /// The provider's name and the vault's id, as tags.
    package var tags: [String: String]

    /// Makes attributes.
    package init(
        contentType: String,
        sha256: String? = nil,
        sourceVersion: String? = nil,
        mtime: Timestamp? = nil,
        path: VaultPath? = nil,
        tags: [String: String] = [:]
    ) {
        self.contentType = contentType
        self.sha256 = sha256
        self.sourceVersion = sourceVersion
        self.mtime = mtime
        self.path = path
        self.tags = tags
    }
}

/// What the store says of an object.
package struct ObjectSummary: Hashable, Sendable {
    /// Size in bytes.
    package var size: Int64
    /// The stored SHA-256, where the store keeps one.
    package var sha256: String?
    /// The stored source version, where the store keeps one.
    package var sourceVersion: String?

    /// Makes a summary.
    package init(size: Int64, sha256: String? = nil, sourceVersion: String? = nil) {
        self.size = size
        self.sha256 = sha256
        self.sourceVersion = sourceVersion
    }
}

/// An object as a listing of the store names it.
package struct ListedObject: Hashable, Sendable {
    /// The whole key, relative to the store's prefix. It may be none of ours, so it is not checked.
    package var key: String
    /// Size in bytes.
    package var size: Int64
    /// When the store wrote the object, where the listing says so.
    package var written: Timestamp?
    /// When the content was last changed, where the listing says so.
    package var mtime: Timestamp?

    /// Makes a listed object.
    package init(key: String, size: Int64, written: Timestamp? = nil, mtime: Timestamp? = nil) {
        self.key = key
        self.size = size
        self.written = written
        self.mtime = mtime
    }
}

/// An upload in parts that was begun and is not visible yet.
package struct MultipartUpload: Hashable, Sendable {
    /// The object that comes into being.
    package var key: ObjectKey
    /// The store's handle for it.
    package var id: String
    /// The size of every part but the last, in bytes.
    package var partSize: Int

    /// Makes a handle.
    package init(key: ObjectKey, id: String, partSize: Int) {
        self.key = key
        self.id = id
        self.partSize = partSize
    }
}

/// One part that the store holds.
package struct UploadedPart: Codable, Hashable, Sendable {
    /// The part's number, from 1.
    package var number: Int
    /// The store's mark of the part.
    package var etag: String
    /// The checksum of the part as the store wants it back, if it does.
    package var checksum: String?

    /// Makes a part.
    package init(number: Int, etag: String, checksum: String? = nil) {
        self.number = number
        self.etag = etag
        self.checksum = checksum
    }
}

/// A store of named bytes: a bucket under a prefix, or a folder.
///
/// Every operation may be repeated: the second time it has the same effect and the same answer.
/// Failures are `StoreUnavailable`, or `NameRefused` when a key does not fit the store.
package protocol ObjectStore: Sendable {
    /// Whether ``head(_:)`` gives back the attributes that an object was stored with; true where nobody says otherwise.
    var keepsAttributes: Bool { get }

    /// Lists what is there, by the bytes of the keys, some hundred at a time.
    ///
    /// - Parameters:
    ///   - prefix: only keys that begin so: empty, or ending in `/`.
    ///   - key: only keys after this one.
    /// - Returns: pages of objects; the sequence throws `StoreUnavailable`, and never ends early without an error.
    func list(_ prefix: String, after key: String?) -> any AsyncSequence<[ListedObject], any Error> & Sendable

    /// Stores a whole object in one step; it replaces what was there.
    func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws

    /// Begins an upload in parts. Nothing is visible before ``complete(_:parts:)``.
    ///
    /// - Parameters:
    ///   - key: the object that comes into being.
    ///   - attributes: what is stored with it.
    ///   - partSize: the size of every part but the last, in bytes, at least 5 MiB.
    /// - Returns: the handle for everything else that is done with the upload.
    /// - Throws: `StoreUnavailable`, `NameRefused`.
    func beginUpload(_ key: ObjectKey, _ attributes: ObjectAttributes, partSize: Int) async throws -> MultipartUpload

    /// Stores one part. Parts may come in any order and several at once.
    func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart

    /// Makes the object visible; it replaces what was there.
    ///
    /// - Parameters:
    ///   - upload: the upload, which is gone afterwards.
    ///   - parts: all parts, by ascending number.
    /// - Throws: `StoreUnavailable`, also when the parts are not those that were stored.
    func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws

    /// Throws away what was uploaded. An upload that is gone already is no error.
    func abort(_ upload: MultipartUpload) async throws

    /// Opens an object for reading, from an offset in bytes.
    ///
    /// - Returns: nil when there is no such object. An offset at the end gives an empty stream.
    func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream?

    /// What the store says of an object, or nil when there is none.
    func head(_ key: ObjectKey) async throws -> ObjectSummary?

    /// Copies an object within the store without moving its bytes through this process.
    ///
    /// - Returns: false when there is nothing to copy.
    func copy(from source: ObjectKey, to destination: ObjectKey, _ attributes: ObjectAttributes) async throws -> Bool

    /// Deletes objects. One that does not exist counts as deleted.
    func delete(_ keys: [ObjectKey]) async throws
}

extension ObjectStore {
    package var keepsAttributes: Bool { true }
}
