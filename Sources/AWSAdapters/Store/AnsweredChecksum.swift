import AWSClient
import SyncCore

/// What a store says of the bytes that it has received.
struct AnsweredChecksum {
    let crc64nvme: String?
    let crc32c: String?
    let sha256: String?

    init(_ output: S3.PutObjectOutput) {
        (crc64nvme, crc32c, sha256) = (output.checksumCRC64NVME, output.checksumCRC32C, output.checksumSHA256)
    }

    init(_ output: S3.UploadPartOutput) {
        (crc64nvme, crc32c, sha256) = (output.checksumCRC64NVME, output.checksumCRC32C, output.checksumSHA256)
    }

    /// Whether the store has checked what was sent; it says nothing of an MD5, which it checks all the same.
    ///
    /// - Throws: `StoreUnavailable` when it has received other bytes.
    func agrees(with sent: ContentChecksum) throws(SyncError) -> Bool {
        let found =
            switch sent.kind {
            case .crc64nvme: crc64nvme
            case .crc32c: crc32c
            case .sha256: sha256
            case .md5: sent.value as String?
            }
        guard let found else { return false }
        guard found == sent.value else {
            throw SyncError(.storeUnavailable, "S3 has received other bytes than were sent")
        }
        return true
    }
}
