package import AWSClient
import Checksums
import HTTPTransport
import NIOCore
package import SyncCore

/// Objects of a bucket under a prefix.
///
/// Every object carries the CRC-64/NVME of its bytes, which S3 has checked: with the request of a small object, and with
/// the completion of one in parts. User metadata: `sha256` where it is known before the bytes are sent, `source-version`,
/// `mtime` (seconds since 1970, as rclone reads it) and, where it is not ASCII, `path` (percent-encoded).
package struct S3ObjectStore: ObjectStore {
    /// S3 takes 2 KiB of user metadata; a longer path is in the key anyway.
    private static let longestPathMetadata = 1500
    private static let mostKeysAtOnce = 1000

    let s3: S3
    let bucket: String
    let prefix: String
    let kmsKeyID: String?
    let blockSize: Int

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - s3: the service.
    ///   - bucket: the bucket's name.
    ///   - prefix: what every key begins with: empty, or ending in `/`.
    ///   - kmsKeyID: the key that objects are encrypted with; nil leaves it to the bucket.
    ///   - blockSize: how many bytes one request reads, and one open stream holds in memory. With the 512 KiB of the
    ///     default, the 32 pieces of a listing that are merged at once hold 16 MiB, and each takes some 16 requests.
    package init(s3: S3, bucket: String, prefix: String, kmsKeyID: String? = nil, blockSize: Int = 512 << 10) {
        self.s3 = s3
        self.bucket = bucket
        self.prefix = prefix
        self.kmsKeyID = kmsKeyID
        self.blockSize = blockSize
    }

    @discardableResult
    package func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject {
        let request = S3.PutObjectRequest(
            body: AWSHTTPBody(buffer: ByteBuffer(bytes: bytes)),
            bucket: bucket,
            checksumCRC64NVME: CRC64NVME(of: bytes).base64,
            contentType: attributes.contentType,
            key: try fullKey(key),
            metadata: Self.metadata(attributes),
            serverSideEncryption: kmsKeyID.map { _ in .awsKms },
            ssekmsKeyId: kmsKeyID,
            tagging: Self.tagging(attributes)
        )
        let output = try await mappingErrors { try await s3.putObject(request) }
        return StoredObject(fingerprint: Self.fingerprint(output.eTag))
    }

    package func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream? {
        let object = S3Blocks.Object(s3: s3, bucket: bucket, key: try fullKey(key), blockSize: blockSize)
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
            let output = try await s3.headObject(.init(bucket: bucket, checksumMode: .enabled, key: try fullKey(key)))
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
            tagging: Self.tagging(attributes)
        )
        do {
            return StoredObject(fingerprint: Self.fingerprint(try await s3.copyObject(request).eTag))
        } catch let error as AWSError where Self.isUncopyable(error.code) {
            return nil
        } catch {
            throw SyncError.mapped(error)
        }
    }

    /// There is no such object, or it is larger than the 5 GiB that S3 copies in one request.
    private static func isUncopyable(_ code: AWSErrorCode) -> Bool {
        code == .noSuchKey || code == .notFound || code.rawValue == "InvalidRequest"
            || code.rawValue == "EntityTooLarge"
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
        return S3Objects(pages: s3.listObjectsV2Paginator(request), prefix: self.prefix)
    }

    package func delete(_ keys: [ObjectKey]) async throws {
        // XML cannot spell control characters, so such keys are deleted one by one.
        for key in keys where key.hasControlCharacters {
            _ = try await mappingErrors { try await s3.deleteObject(.init(bucket: bucket, key: try fullKey(key))) }
        }
        let plain = keys.filter { !$0.hasControlCharacters }
        for start in stride(from: 0, to: plain.count, by: Self.mostKeysAtOnce) {
            let some = plain[start..<min(start + Self.mostKeysAtOnce, plain.count)]
            let objects = try some.map { key throws(SyncError) in S3.ObjectIdentifier(key: try fullKey(key)) }
            let output = try await mappingErrors { try await s3.deleteObjects(.init(bucket: bucket, objects: objects)) }
            if let error = output.errors.first {
                throw SyncError(.storeUnavailable, "S3 DeleteObjects fails with \(error.code)")
            }
        }
    }
}

extension ObjectKey {
    fileprivate var hasControlCharacters: Bool {
        rawValue.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0xFFFE || $0.value == 0xFFFF }
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
