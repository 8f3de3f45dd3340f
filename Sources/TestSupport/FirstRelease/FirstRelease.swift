/// What the first release requires of what it reads: its forms, frozen. Nothing here may ever change.
///
/// While a deployment is updated, functions of both releases meet each other's items, batches and cursors, and somebody may
/// go back to the first release. So whatever the present code writes has to be readable by these: a field that is not optional
/// here is required, an enumeration knows no other values, and what is not named here was ignored.
package enum FirstRelease {
    /// One file's record, as SQLite keeps it.
    package struct FileRecord: Decodable {
        /// Where a file stands.
        package enum Status: String, Decodable {
            case inProgress = "IN_PROGRESS"
            case completed = "COMPLETED"
            case failed = "FAILED"
            case skipped = "SKIPPED"
            case deleted = "DELETED"
        }

        var path: String
        var status: Status
        var version: Int64
        var handle: String
        var size: Int64?
        var sha256: String?
        var crc64nvme: Checksum?
        var mtime: Int64?
        var epoch: String
        var run: String
        var attempts: Int
        var checkpoint: Checkpoint?
        var firstSynced: Int64?
        var lastSynced: Int64?
        var lastError: String?
        var pendingSince: Int64?

        private enum CodingKeys: String, CodingKey {
            case path, status, version, handle, size, sha256, crc64nvme, mtime, epoch, run, attempts, checkpoint
            case firstSynced = "first_synced"
            case lastSynced = "last_synced"
            case lastError = "last_error"
            case pendingSince = "pending_since"
        }
    }

    /// A CRC-64/NVME in sixteen hexadecimal digits.
    package struct Checksum: Decodable {
        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard text.utf8.count == 16, UInt64(text, radix: 16) != nil else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a checksum")
            }
        }
    }

    /// How far a large transfer has come.
    package struct Checkpoint: Decodable {
        /// The upload that was begun.
        package struct Upload: Decodable {
            var key: String
            var id: String
            var partSize: Int

            private enum CodingKeys: String, CodingKey {
                case key, id
                case partSize = "part_size"
            }
        }

        var upload: Upload
        var validator: String?
        var checksums: [Int: Checksum]
    }

    /// One line of a manifest or of a batch.
    package struct Entry: Decodable {
        /// What the line says of the path.
        package enum Kind: String, Decodable {
            case file, folder, deletion, unreadable, group, unchanged
        }

        var kind: Kind
        var path: String
        var version: Int64
        var handle: String
        var size: Int64?
        var mtime: Int64?
        var sha256: String?
        var previousPath: String?

        private enum CodingKeys: String, CodingKey {
            case kind, path, version, handle, size, mtime, sha256
            case previousPath = "previous_path"
        }
    }

    /// A vault as it was listed.
    package struct Vault: Decodable {
        var id: String
        var name: String
        var epoch: String
    }

    /// The first line of a batch.
    package struct BatchHeader: Decodable {
        var vault: Vault
        var folder: String
        var listedUpTo: String?

        private enum CodingKeys: String, CodingKey {
            case vault, folder
            case listedUpTo = "listed_up_to"
        }
    }

    /// What a batch left behind.
    package struct Receipt: Decodable {
        /// One file that failed.
        package struct Failure: Decodable {
            var path: String
            var error: String
        }

        var batch: Int
        var files: Int
        var bytes: Int64
        var skipped: Int
        var failures: [Failure]
        var error: String?
    }

    /// Patterns.
    package struct Filter: Decodable {
        var exclude: [String]
        var include: [String]
    }

    /// What is remembered of a vault between runs.
    package struct VaultState: Decodable {
        var folder: String
        var epoch: String
        var cursor: String?
        var run: String
        var committed: Int64
        var records: Int?
        var filter: Filter?
    }

    /// How far a pass has come.
    package struct VaultProgress: Decodable {
        /// Where the pass stands.
        package enum Phase: String, Decodable {
            case listing, downloading, settling, completed, failed
        }

        var run: String
        var phase: Phase
        var updated: Int64
        var filesTotal: Int
        var filesComplete: Int
        var bytesTotal: Int64
        var bytesComplete: Int64

        private enum CodingKeys: String, CodingKey {
            case run, phase, updated
            case filesTotal = "files_total"
            case filesComplete = "files_complete"
            case bytesTotal = "bytes_total"
            case bytesComplete = "bytes_complete"
        }
    }
}
