package import AWSClient
import Checksums
import Clocks
import HTTPTransport
import NIOCore
package import SyncCore

/// Objects of a bucket under a prefix.
///
/// Every object and every part carries something that the store checks: the CRC-64/NVME of its bytes, and where a store does
/// not take that, what ``StoreAbilities/Checksum`` names after it. What a store refuses is learnt once, see
/// ``StoreKnowledge``. User metadata: `sha256` where it is known before the bytes are sent, `source-version`,
/// `mtime` (seconds since 1970, as rclone reads it) and, where it is not ASCII, `path` (percent-encoded).
package struct S3ObjectStore: ObjectStore {
    /// S3 takes 2 KiB of user metadata; a longer path is in the key anyway.
    private static let longestPathMetadata = 1500

    let s3: S3
    let bucket: String
    let prefix: String
    let kmsKeyID: String?
    let blockSize: Int
    /// Where videos, pictures and sounds are kept that are large enough; nil for the usual place.
    package var mediaClass: S3.StorageClass?
    /// What is known of the store; shared by all that use it.
    package let knowledge: StoreKnowledge

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - s3: the service.
    ///   - bucket: the bucket's name.
    ///   - prefix: what every key begins with: empty, or ending in `/`.
    ///   - kmsKeyID: the key that objects are encrypted with; nil leaves it to the bucket.
    ///   - blockSize: how many bytes one request reads, and one open stream holds in memory. With the 512 KiB of the
    ///     default, the 32 pieces of a listing that are merged at once hold 16 MiB, and each takes some 16 requests.
    ///   - knowledge: what is known of the store already.
    package init(
        s3: S3,
        bucket: String,
        prefix: String,
        kmsKeyID: String? = nil,
        blockSize: Int = 512 << 10,
        knowledge: StoreKnowledge = StoreKnowledge()
    ) {
        self.s3 = s3
        self.bucket = bucket
        self.prefix = prefix
        self.kmsKeyID = kmsKeyID
        self.blockSize = blockSize
        self.knowledge = knowledge
    }

    @discardableResult
    package func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject {
        let output = try await put(key, bytes, attributes, ifNoneMatch: nil)
        return StoredObject(fingerprint: Self.fingerprint(output.eTag))
    }

    /// Stores a whole object where there is none of its key.
    ///
    /// The store is asked first, as some pass over the condition of a write; two that come at once may both succeed there.
    /// - Returns: false when there was one already.
    /// - Throws: as ``put(_:_:_:)`` does.
    package func putIfAbsent(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> Bool {
        if try await head(key) != nil { return false }
        do {
            _ = try await put(key, bytes, attributes, ifNoneMatch: "*")
            return true
        } catch let error as SyncError where error.reason == AWSErrorCode.preconditionFailed.rawValue {
            return false
        }
    }

    func put(
        _ key: ObjectKey,
        _ bytes: [UInt8],
        _ attributes: ObjectAttributes,
        ifNoneMatch: String?
    ) async throws -> S3.PutObjectOutput {
        var request = S3.PutObjectRequest(
            body: AWSHTTPBody(buffer: ByteBuffer(bytes: bytes)),
            bucket: bucket,
            contentType: attributes.contentType,
            ifNoneMatch: ifNoneMatch,
            key: try fullKey(key),
            metadata: Self.metadata(attributes),
            serverSideEncryption: kmsKeyID.map { _ in .awsKms },
            ssekmsKeyId: kmsKeyID,
            storageClass: storageClass(of: attributes, size: bytes.count)
        )
        var used: Set<StoreAbilities.Ability> = [.checksum]
        if !attributes.tags.isEmpty { used.insert(.tags) }
        if ifNoneMatch != nil { used.insert(.conditions) }
        while true {
            let (output, abilities) = try await asking(used) { [request] abilities in
                var request = request
                let checksum = ContentChecksum(abilities.checksum, of: bytes)
                request.checksumCRC64NVME = checksum.crc64nvme
                request.checksumCRC32C = checksum.crc32c
                request.checksumSHA256 = checksum.sha256
                request.contentMD5 = checksum.md5
                request.tagging = abilities.tags ? Self.tagging(attributes) : []
                request.ifNoneMatch = abilities.conditions ? request.ifNoneMatch : nil
                return try await service(abilities).putObject(request)
            }
            let answered = AnsweredChecksum(output)
            if try answered.agrees(with: ContentChecksum(abilities.checksum, of: bytes)) { return output }
            // The store has passed over the checksum, so nobody has checked the bytes. They are stored already: without the
            // condition, that is.
            knowledge.learn(abilities.without(.checksum), insteadOf: abilities)
            request.ifNoneMatch = nil
        }
    }

    /// The cheaper classes are billed for 128 KiB at least.
    private static let smallestMedia = 128 << 10

    func storageClass(of attributes: ObjectAttributes, size: Int) -> S3.StorageClass? {
        let isMedia = ["video/", "image/", "audio/"].contains { attributes.contentType.hasPrefix($0) }
        return isMedia && size >= Self.smallestMedia ? mediaClass : nil
    }

    private func storageClass(
        ofCopy attributes: ObjectAttributes,
        of source: ObjectKey
    ) async throws -> S3.StorageClass? {
        guard storageClass(of: attributes, size: .max) != nil else { return nil }
        return storageClass(of: attributes, size: Int(try await head(source)?.size ?? 0))
    }

    /// Whether requests say whom the bucket belongs to.
    var namesOwner: Bool { s3.owner(of: bucket) != nil }

    /// The service as a store takes its requests.
    func service(_ abilities: StoreAbilities) -> S3 {
        abilities.expectedOwner ? s3 : s3.forAnyOwner
    }

    /// Makes a request as the store takes it, and maps its errors.
    func asking<Output>(
        _ used: Set<StoreAbilities.Ability>,
        _ send: (StoreAbilities) async throws -> Output
    ) async throws -> (Output, StoreAbilities) {
        let used = namesOwner ? used.union([.expectedOwner]) : used
        return try await mappingErrors { try await knowledge.asking(used, send) }
    }

    package func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream? {
        let object = S3Blocks.Object(
            s3: service(knowledge.abilities),
            bucket: bucket,
            key: try fullKey(key),
            blockSize: blockSize
        )
        do {
            return try await S3Blocks(object, from: offset)
        } catch let error as AWSError where error.code == .noSuchKey {
            return nil
        } catch {
            throw SyncError.mapped(error)
        }
    }

    package func head(_ key: ObjectKey) async throws -> ObjectSummary? {
        do {
            let name = try fullKey(key)
            let (output, _) = try await knowledge.asking(namesOwner ? [.expectedOwner] : []) { abilities in
                try await service(abilities).headObject(.init(bucket: bucket, checksumMode: .enabled, key: name))
            }
            return ObjectSummary(
                size: output.contentLength ?? 0,
                sha256: output.metadata["sha256"],
                crc64nvme: output.checksumCRC64NVME.flatMap { CRC64NVME(base64: $0) },
                sourceVersion: output.metadata["source-version"],
                fingerprint: Self.fingerprint(output.eTag)
            )
        } catch let error as AWSError where error.code == .notFound {
            return nil
        } catch {
            throw SyncError.mapped(error)
        }
    }

    package func copy(
        from source: ObjectKey,
        to destination: ObjectKey,
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject? {
        let request = S3.CopyObjectRequest(
            bucket: bucket,
            contentType: attributes.contentType,
            copySourceBucket: bucket,
            copySourceKey: try fullKey(source),
            key: try fullKey(destination),
            metadata: Self.metadata(attributes),
            serverSideEncryption: kmsKeyID.map { _ in .awsKms },
            ssekmsKeyId: kmsKeyID,
            storageClass: try await storageClass(ofCopy: attributes, of: source)
        )
        var used: Set<StoreAbilities.Ability> = attributes.tags.isEmpty ? [] : [.tags]
        if namesOwner { used.insert(.expectedOwner) }
        do {
            let (output, _) = try await knowledge.asking(used) { abilities in
                var request = request
                request.replacesTags = abilities.tags
                request.tagging = abilities.tags ? Self.tagging(attributes) : []
                return try await service(abilities).copyObject(request)
            }
            return StoredObject(fingerprint: Self.fingerprint(output.eTag))
        } catch let error as AWSError where Self.isUncopyable(error) {
            return nil
        } catch {
            throw SyncError.mapped(error)
        }
    }

    /// There is no such object, it is larger than the 5 GiB that S3 copies in one request, or the store copies nothing.
    private static func isUncopyable(_ error: AWSError) -> Bool {
        error.code == .noSuchKey || error.code == .notFound || error.code.rawValue == "InvalidRequest"
            || error.refusal == .objectSize || error.refusal == .unsupported
    }

    package func list(
        _ prefix: String,
        after key: String?
    ) -> any AsyncSequence<[ListedObject], any Error> & Sendable {
        let request = S3.ListObjectsV2Request(
            bucket: bucket,
            prefix: self.prefix + prefix,
            startAfter: key.map { self.prefix + $0 }
        )
        return S3Objects(pages: service(knowledge.abilities).listObjectsV2Paginator(request), prefix: self.prefix)
    }

    @discardableResult
    package func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] {
        try await S3Deletion(store: self).delete(keys)
    }
}

extension S3ObjectStore {
    func fullKey(_ key: ObjectKey) throws(SyncError) -> String {
        let full = prefix + key.rawValue
        guard full.utf8.count <= ObjectKey.longestInBytes else {
            throw SyncError(.nameRefused, "a name is longer than the \(ObjectKey.longestInBytes) bytes that S3 takes")
        }
        return full
    }

    /// The ETag without its quotes.
    static func fingerprint(_ etag: String?) -> ObjectFingerprint? {
        let mark = etag?.utf8.filter { $0 != UInt8(ascii: "\"") } ?? []
        return mark.isEmpty ? nil : ObjectFingerprint(String(decoding: mark, as: UTF8.self))
    }

    static func metadata(_ attributes: ObjectAttributes) -> [String: String] {
        var metadata: [String: String] = [:]
        metadata["sha256"] = attributes.sha256
        metadata["source-version"] = attributes.sourceVersion
        if let mtime = attributes.mtime {
            let (seconds, fraction) = mtime.milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
            let sign = mtime.milliseconds < 0 ? "-" : ""
            metadata["mtime"] = "\(sign)\(seconds).\(String(fraction + 1000).dropFirst())"
        }
        if let path = attributes.path?.rawValue, !path.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            let encoded = percentEncoded(path)
            if encoded.utf8.count <= longestPathMetadata { metadata["path"] = encoded }
        }
        return metadata
    }

    static func tagging(_ attributes: ObjectAttributes) -> [S3.Tag] {
        attributes.tags.sorted { $0.key < $1.key }.map { S3.Tag(key: $0.key, value: $0.value) }
    }

    /// Everything but unreserved characters and `/` as `%XX` of its UTF-8 bytes.
    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
