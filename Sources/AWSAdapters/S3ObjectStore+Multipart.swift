import AWSClient
import Checksums
package import Clocks
import FoundationEssentials
import NIOCore
package import SyncCore

/// Uploads in parts.
///
/// They are begun with CRC-64/NVME for the full object: S3 keeps the checksum of every part and lists it, refuses a part
/// that arrives otherwise than it was sent, and refuses to complete anything whose checksum is not the one that was put
/// together from the parts here. A part that streams brings its checksum at its end, where the store takes that. A store
/// that knows other checksums alone checks part by part.
extension S3ObjectStore {
    package func beginUpload(
        _ key: ObjectKey,
        _ attributes: ObjectAttributes,
        partSize: Int
    ) async throws -> MultipartUpload {
        let request = S3.CreateMultipartUploadRequest(
            bucket: bucket,
            contentType: attributes.contentType,
            key: try fullKey(key),
            metadata: Self.metadata(attributes),
            serverSideEncryption: kmsKeyID.map { _ in .awsKms },
            ssekmsKeyId: kmsKeyID,
            storageClass: storageClass(of: attributes, size: partSize)
        )
        var used: Set<StoreAbilities.Ability> = [.checksum]
        if !attributes.tags.isEmpty { used.insert(.tags) }
        let (output, _) = try await asking(used) { abilities in
            var request = request
            request.checksumAlgorithm = abilities.checksum.algorithm
            request.checksumType = abilities.checksum == .crc64nvme ? .fullObject : nil
            request.tagging = abilities.tags ? Self.tagging(attributes) : []
            return try await service(abilities).createMultipartUpload(request)
        }
        return MultipartUpload(key: key, id: output.uploadId, partSize: partSize)
    }

    package func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart {
        let request = S3.UploadPartRequest(
            body: AWSHTTPBody(buffer: ByteBuffer(bytes: bytes)),
            bucket: bucket,
            key: try fullKey(upload.key),
            partNumber: number,
            uploadId: upload.id
        )
        while true {
            let (output, abilities) = try await asking([.checksum]) { abilities in
                var request = request
                request.take(ContentChecksum(abilities.checksum, of: bytes))
                return try await service(abilities).uploadPart(request)
            }
            let sent = ContentChecksum(abilities.checksum, of: bytes)
            if try AnsweredChecksum(output).agrees(with: sent) {
                return UploadedPart(
                    number: number,
                    etag: try etag(output),
                    size: Int64(bytes.count),
                    checksum: CRC64NVME(of: bytes)
                )
            }
            knowledge.learn(abilities.without(.checksum), insteadOf: abilities)
        }
    }

    package func putPart(
        _ number: Int,
        _ stream: ByteStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart {
        let stream = PartStream(stream, size: size)
        let abilities = knowledge.abilities
        guard abilities.trailers, let algorithm = abilities.checksum.algorithm else {
            return try await putPart(number, collecting: stream, size: size, of: upload)
        }
        let checksum = RunningChecksum(abilities.checksum)
        let request = S3.UploadPartRequest(
            body: AWSHTTPBody(asyncSequence: PartBody(part: stream, checksum: checksum), length: size),
            bucket: bucket,
            key: try fullKey(upload.key),
            partNumber: number,
            trailer: S3.TrailingChecksum(algorithm) { checksum.checksum.value },
            uploadId: upload.id
        )
        let output: S3.UploadPartOutput
        do {
            output = try await service(abilities).uploadPart(request)
        } catch let error as AWSError where error.mayBeAboutAbilities && stream.failure == nil {
            throw refusedTrailer(abilities, error)
        } catch {
            throw stream.failure ?? SyncError.mapped(error)
        }
        let part = try stream.finish(number: number, etag: try etag(output))
        guard try AnsweredChecksum(output).agrees(with: checksum.checksum) else {
            throw refusedTrailer(abilities, nil)
        }
        return part
    }

    /// A stream is pulled once, so whoever has begun it tries again, with what is known then.
    private func refusedTrailer(_ abilities: StoreAbilities, _ error: AWSError?) -> SyncError {
        knowledge.learn(abilities.without(.trailers), insteadOf: abilities)
        return SyncError(
            .storeUnavailable,
            "the store takes no checksum after a body; the part is sent again in another way",
            reason: error?.code.rawValue,
            underlying: error
        )
    }

    /// A part of a store that takes no checksum after a body: it is held in memory, so that its checksum comes first.
    private func putPart(
        _ number: Int,
        collecting stream: PartStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(size))
        for try await chunk in stream { bytes += chunk }
        _ = try stream.finish(number: number, etag: "")
        return try await putPart(number, bytes, of: upload)
    }

    private func etag(_ output: S3.UploadPartOutput) throws(SyncError) -> String {
        guard let etag = output.eTag else {
            throw SyncError(.storeUnavailable, "S3 UploadPart answers without an ETag")
        }
        return etag
    }

    package func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]? {
        let request = S3.ListPartsRequest(bucket: bucket, key: try fullKey(upload.key), uploadId: upload.id)
        let s3 = service(knowledge.abilities)
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
        let abilities = knowledge.abilities
        var request = S3.CompleteMultipartUploadRequest(
            bucket: bucket,
            key: try fullKey(upload.key),
            parts: parts.map { .init(eTag: $0.etag, partNumber: $0.number) },
            uploadId: upload.id
        )
        do {
            if abilities.checksum == .crc64nvme {
                request.checksumCRC64NVME = checksum.base64
                request.checksumType = .fullObject
                request.mpuObjectSize = parts.totalSize
                for index in parts.indices {
                    request.parts[index].checksumCRC64NVME = parts[index].checksum?.base64
                }
            } else if abilities.checksum.algorithm != nil {
                try await addStoredChecksums(to: &request)
            }
            let output = try await service(abilities).completeMultipartUpload(request)
            return StoredObject(fingerprint: Self.fingerprint(output.eTag))
        } catch let error as AWSError where Self.contradicting.contains(error.code.rawValue) {
            throw SyncError(
                .corruptContent,
                "S3 does not hold the bytes that were sent (\(error.code))",
                reason: error.code.rawValue,
                underlying: error
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }

    /// A store that checks part by part wants to be told at the end what it has checked.
    private func addStoredChecksums(to request: inout S3.CompleteMultipartUploadRequest) async throws {
        let list = S3.ListPartsRequest(bucket: bucket, key: request.key, uploadId: request.uploadId)
        var stored: [Int: S3.Part] = [:]
        for try await page in service(knowledge.abilities).listPartsPaginator(list) {
            for part in page.parts { stored[part.partNumber] = part }
        }
        for (index, part) in request.parts.enumerated() {
            guard let known = stored[part.partNumber], known.eTag == part.eTag else { continue }
            request.parts[index].checksumCRC32C = known.checksumCRC32C
            request.parts[index].checksumSHA256 = known.checksumCRC32C == nil ? known.checksumSHA256 : nil
        }
    }

    /// What S3 answers when size, order, marks or checksums are not those of the parts it has.
    private static let contradicting: Set<String> = [
        "BadDigest", "EntityTooSmall", "InvalidPart", "InvalidPartOrder", "InvalidRequest",
    ]

    package func abort(_ upload: MultipartUpload) async throws {
        let request = S3.AbortMultipartUploadRequest(bucket: bucket, key: try fullKey(upload.key), uploadId: upload.id)
        do {
            try await service(knowledge.abilities).abortMultipartUpload(request)
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
            let page: S3.ListMultipartUploadsOutput
            do {
                page = try await service(knowledge.abilities).listMultipartUploads(request)
            } catch let error as AWSError where error.code == .noSuchUpload {
                // So some stores say that there are none.
                return found
            } catch {
                throw SyncError.mapped(error)
            }
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

extension S3.UploadPartRequest {
    /// Takes the checksum of the body.
    fileprivate mutating func take(_ checksum: ContentChecksum) {
        checksumCRC64NVME = checksum.crc64nvme
        checksumCRC32C = checksum.crc32c
        checksumSHA256 = checksum.sha256
        contentMD5 = checksum.md5
    }
}
