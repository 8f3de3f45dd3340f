package import Checksums
package import Clocks

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

/// A store's mark of the bytes that an object holds: equal while nobody has written the object anew. Its JSON form is the text.
///
/// Of a bucket it is the ETag without its quotes, of a folder the file's size, time of change and inode. Nobody but the store
/// looks into it.
package struct ObjectFingerprint: RawRepresentable, Hashable, Codable, Sendable {
    /// The store's own notation.
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Takes the store's own notation.
    package init(_ rawValue: String) {
        self.init(rawValue: rawValue)
    }
}

/// What a store answers when it has stored an object.
package struct StoredObject: Hashable, Sendable {
    /// The mark of what it holds now; nil where the store gives none.
    package var fingerprint: ObjectFingerprint?

    /// Makes an answer.
    package init(fingerprint: ObjectFingerprint? = nil) {
        self.fingerprint = fingerprint
    }
}

/// What the store says of an object.
package struct ObjectSummary: Hashable, Sendable {
    /// Size in bytes.
    package var size: Int64
    /// The SHA-256 that was stored with it, where the store keeps one.
    package var sha256: String?
    /// The store's own checksum of the bytes, where it keeps one.
    package var crc64nvme: CRC64NVME?
    /// The stored source version, where the store keeps one.
    package var sourceVersion: String?
    /// The store's mark of the object.
    package var fingerprint: ObjectFingerprint?

    /// Makes a summary.
    package init(
        size: Int64,
        sha256: String? = nil,
        crc64nvme: CRC64NVME? = nil,
        sourceVersion: String? = nil,
        fingerprint: ObjectFingerprint? = nil
    ) {
        self.size = size
        self.sha256 = sha256
        self.crc64nvme = crc64nvme
        self.sourceVersion = sourceVersion
        self.fingerprint = fingerprint
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
    /// The store's mark of the object.
    package var fingerprint: ObjectFingerprint?

    /// Makes a listed object.
    package init(
        key: String,
        size: Int64,
        written: Timestamp? = nil,
        mtime: Timestamp? = nil,
        fingerprint: ObjectFingerprint? = nil
    ) {
        self.key = key
        self.size = size
        self.written = written
        self.mtime = mtime
        self.fingerprint = fingerprint
    }
}

/// An upload in parts that was begun and is not visible yet.
package struct MultipartUpload: Codable, Hashable, Sendable {
    /// The object that comes into being.
    package var key: ObjectKey
    /// The store's handle for it.
    package var id: String
    /// The size of every part but the last, in bytes.
    package var partSize: Int

    private enum CodingKeys: String, CodingKey {
        case key, id
        case partSize = "part_size"
    }

    /// Makes a handle.
    package init(key: ObjectKey, id: String, partSize: Int) {
        self.key = key
        self.id = id
        self.partSize = partSize
    }
}

/// One part that the store holds.
package struct UploadedPart: Hashable, Sendable {
    /// The part's number, from 1.
    package var number: Int
    /// The store's mark of the part.
    package var etag: String
    /// Its size in bytes.
    package var size: Int64
    /// The checksum of its bytes; nil in a list of parts where the store does not say it.
    package var checksum: CRC64NVME?

    /// Makes a part.
    package init(number: Int, etag: String, size: Int64, checksum: CRC64NVME?) {
        self.number = number
        self.etag = etag
        self.size = size
        self.checksum = checksum
    }
}

extension MultipartUpload {
    /// Whether its object lies below a folder; every one lies below the empty one.
    package func isBelow(_ folder: String) -> Bool {
        folder.isEmpty || key.rawValue.utf8.starts(with: (folder + "/").utf8)
    }
}

extension [UploadedPart] {
    /// The size of all parts together, in bytes.
    package var totalSize: Int64 { reduce(0) { $0 + $1.size } }

    /// The checksum of all parts one after the other; nil when that of one is not known.
    package var wholeChecksum: CRC64NVME? {
        var whole = CRC64NVME()
        for part in self {
            guard let checksum = part.checksum else { return nil }
            whole = whole.followed(by: checksum, of: part.size)
        }
        return whole
    }
}

/// A store of named bytes: a bucket under a prefix, or a folder.
///
/// Every operation may be repeated: the second time it has the same effect and the same answer.
/// Failures are `StoreUnavailable`, or `NameRefused` when a key does not fit the store, and `TooLarge` when bytes do not.
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
    @discardableResult
    func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject

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

    /// Stores one part while its bytes are pulled; it is never in memory as a whole.
    ///
    /// - Parameters:
    ///   - number: the part's number, from 1.
    ///   - stream: exactly `size` bytes. It is pulled once: whoever tries again gives a new one.
    ///   - size: the part's size in bytes.
    ///   - upload: the upload.
    /// - Returns: the part, with the checksum of the bytes that passed.
    /// - Throws: what the stream throws, `SourceUnavailable` when it gives more or fewer bytes; `StoreUnavailable`, also
    ///   when the store has received other bytes than passed.
    func putPart(
        _ number: Int,
        _ stream: ByteStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart

    /// The parts of an upload that the store holds, by ascending number; nil when it knows no such upload.
    func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]?

    /// Makes the object visible; it replaces what was there.
    ///
    /// - Parameters:
    ///   - upload: the upload, which is gone afterwards.
    ///   - parts: all parts with their checksums, by ascending number.
    /// - Returns: what the store holds now.
    /// - Throws: `StoreUnavailable`; `CorruptContent` when the parts are not those that were stored.
    @discardableResult
    func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws -> StoredObject

    /// Throws away what was uploaded. An upload that is gone already is no error.
    func abort(_ upload: MultipartUpload) async throws

    /// Uploads that were begun and neither completed nor aborted, whoever began them.
    ///
    /// - Parameters:
    ///   - folder: only uploads of objects below it; empty for all.
    ///   - moment: only uploads that were begun before it.
    /// - Returns: up to some thousand of them, good for ``abort(_:)``; their part size is not known.
    /// - Throws: `StoreUnavailable`.
    func openUploads(below folder: String, begunBefore moment: Timestamp) async throws -> [MultipartUpload]

    /// Opens an object for reading, from an offset in bytes.
    ///
    /// Between its chunks a stream holds nothing but memory, some hundred KiB: no connection, no file, no timer. So any
    /// number may be open at once, and one may be left unread for as long as other work takes.
    ///
    /// - Returns: nil when there is no such object. An offset at the end gives an empty stream.
    func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream?

    /// What the store says of an object, or nil when there is none.
    func head(_ key: ObjectKey) async throws -> ObjectSummary?

    /// Copies an object within the store without moving its bytes through this process.
    ///
    /// - Returns: what the store holds at the destination now; nil when there is nothing to copy.
    func copy(
        from source: ObjectKey,
        to destination: ObjectKey,
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject?

    /// Deletes objects. One that does not exist counts as deleted.
    ///
    /// - Returns: the objects that stay, each with the reason. One that stays keeps none of the others from being deleted.
    /// - Throws: `StoreUnavailable` and the like, when it is not known what was deleted.
    @discardableResult
    func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError]
}

extension ObjectStore {
    package var keepsAttributes: Bool { true }
}
