import AWSClient
import Checksums
import FoundationEssentials
import NIOCore
package import SyncCore

/// Uploads in parts.
///
/// They are begun with CRC-64/NVME for the full object: S3 keeps the checksum of every part and lists it, refuses a part
/// in memory that arrives otherwise than it was sent, and refuses to complete anything whose checksum is not the one
/// that was put together from the parts here. A part that streams has no checksum before it has been sent; what S3
/// answers for it is compared.
extension S3ObjectStore {
    package func beginUpload(
        _ key: ObjectKey,
        _ attributes: ObjectAttributes,
        partSize: Int
    ) async throws -> MultipartUpload {
        let request = S3.CreateMultipartUploadRequest(
            bucket: bucket,
            checksumAlgorithm: .crc64nvme,
            checksumType: .fullObject,
            contentType: attributes.contentType,
            key: try fullKey(key),
            metadata: Self.metadata(attributes),
            serverSideEncryption: kmsKeyID.map { _ in .awsKms },
            ssekmsKeyId: kmsKeyID,
            tagging: Self.tagging(attributes)
        )
        let output = try await mappingErrors { try await s3.createMultipartUpload(request) }
        return MultipartUpload(key: key, id: output.uploadId, partSize: partSize)
    }

    package func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart {
        let checksum = CRC64NVME(of: bytes)
        let request = S3.UploadPartRequest(
            body: AWSHTTPBody(buffer: ByteBuffer(bytes: bytes)),
            bucket: bucket,
            checksumCRC64NVME: checksum.base64,
            key: try fullKey(upload.key),
            partNumber: number,
            uploadId: upload.id
        )
        let output = try await mappingErrors { try await s3.uploadPart(request) }
        return UploadedPart(number: number, etag: try etag(output), size: Int64(bytes.count), checksum: checksum)
    }

    package func putPart(
        _ number: Int,
        _ stream: ByteStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart {
        let stream = PartStream(stream, size: size)
        let request = S3.UploadPartRequest(
            body: AWSHTTPBody(asyncSequence: PartBody(part: stream), length: size),
            bucket: bucket,
            key: try fullKey(upload.key),
            partNumber: number,
            uploadId: upload.id
        )
        let output: S3.UploadPartOutput
        do {
            output = try await s3.uploadPart(request)
        } catch {
            throw stream.failure ?? SyncError.mapped(error)
        }
        let part = try stream.finish(number: number, etag: try etag(output))
        let received = output.checksumCRC64NVME.flatMap { CRC64NVME(base64: $0) }
        guard received == nil || received == part.checksum else {
            throw SyncError(.storeUnavailable, "S3 has received other bytes than were sent")
        }
        return part
    }

    private func etag(_ output: S3.UploadPartOutput) throws(SyncError) -> String {
        guard let etag = output.eTag else {
            throw SyncError(.storeUnavailable, "S3 UploadPart answers without an ETag")
        }
        return etag
    }

    package func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]? {
        let request = S3.ListPartsRequest(bucket: bucket, key: try fullKey(upload.key), uploadId: upload.id)
        var parts: [UploadedPart] = []
        do {
            for try await page in s3.listPartsPaginator(request) {
                parts += page.parts.compactMap { part in
                    let checksum = part.checksumCRC64NVME.flatMap { CRC64NVME(base64: $0) }
                    return part.eTag.map {
                        UploadedPart(number: part.partNumber, etag: $0, size: part.size, checksum: checksum)
                    }
                }
            }
        } catch let error as AWSError where error.code == .noSuchUpload {
            return nil
        } catch {
            throw SyncError.mapped(error)
        }
        return parts
    }

    @discardableResult
    package func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws -> StoredObject {
        guard let checksum = parts.wholeChecksum else {
            throw SyncError(.storeUnavailable, "the checksum of a part is not known")
        }
        let request = S3.CompleteMultipartUploadRequest(
            bucket: bucket,
            checksumCRC64NVME: checksum.base64,
            checksumType: .fullObject,
            key: try fullKey(upload.key),
            mpuObjectSize: parts.totalSize,
            parts: parts.map {
                .init(checksumCRC64NVME: $0.checksum?.base64, eTag: $0.etag, partNumber: $0.number)
            },
            uploadId: upload.id
        )
        do {
            return StoredObject(fingerprint: Self.fingerprint(try await s3.completeMultipartUpload(request).eTag))
        } catch let error as AWSError where Self.contradicting.contains(error.code.rawValue) {
            throw SyncError(
                .corruptContent,
                "S3 does not hold the bytes that were sent (\(error.code))",
                underlying: error
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }

    /// What S3 answers when size, order, marks or checksums are not those of the parts it has.
    private static let contradicting: Set<String> = [
        "BadDigest", "EntityTooSmall", "InvalidPart", "InvalidPartOrder", "InvalidRequest",
    ]

    package func abort(_ upload: MultipartUpload) async throws {
        let request = S3.AbortMultipartUploadRequest(bucket: bucket, key: try fullKey(upload.key), uploadId: upload.id)
        do {
            try await s3.abortMultipartUpload(request)
        } catch let error as AWSError where error.code == .noSuchUpload {
            // Gone already, which is what was wanted.
        } catch {
            throw SyncError.mapped(error)
        }
    }

    package func openUploads(below folder: String, begunBefore moment: Timestamp) async throws -> [MultipartUpload] {
        let below = prefix + (folder.isEmpty ? "" : folder + "/")
        var request = S3.ListMultipartUploadsRequest(bucket: bucket, prefix: below)
        var found: [MultipartUpload] = []
        repeat {
            let page = try await mappingErrors { [request] in try await s3.listMultipartUploads(request) }
            for upload in page.uploads {
                // An upload without a date is one that has just been begun, for all that is known.
                guard let begun = upload.initiated, Timestamp(begun) < moment, upload.key.utf8.starts(with: below.utf8),
                    let relative = String(upload.key.utf8.dropFirst(prefix.utf8.count)),
                    let key = try? ObjectKey(relative)
                else { continue }
                found.append(MultipartUpload(key: key, id: upload.uploadId, partSize: 0))
            }
            guard page.isTruncated, page.nextKeyMarker != nil else { break }
            (request.keyMarker, request.uploadIdMarker) = (page.nextKeyMarker, page.nextUploadIdMarker)
        } while found.count < Self.mostUploadsAtOnce
        return found
    }

    /// What is left of them is found by the next run.
    private static let mostUploadsAtOnce = 5000
}

extension Timestamp {
    fileprivate init(_ date: Date) {
        self.init(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
    }
}
