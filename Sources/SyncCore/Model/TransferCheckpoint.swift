package import Checksums

/// How far the transfer of a large file has come, so that another invocation can go on with it or clear it away.
///
///     {"upload": {"key": "…", "id": "…", "part_size": 8388608}, "validator": "…", "checksums": {"1": "ae8b…"}}
package struct TransferCheckpoint: Codable, Hashable, Sendable {
    /// The upload that was begun.
    package var upload: MultipartUpload
    /// Names the content that is being fetched; nil when it can only be fetched from its beginning.
    package var validator: String?
    /// The checksums of finished parts by number, for stores that do not list them.
    package var checksums: [Int: CRC64NVME]

    /// Makes a checkpoint.
    package init(upload: MultipartUpload, validator: String? = nil, checksums: [Int: CRC64NVME] = [:]) {
        self.upload = upload
        self.validator = validator
        self.checksums = checksums
    }
}
