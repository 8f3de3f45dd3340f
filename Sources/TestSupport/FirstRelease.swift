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

    /// Files and bytes.
    package struct Totals: Decodable {
        var files: Int
        var bytes: Int64
        var skipped: Int

        private enum CodingKeys: String, CodingKey {
            case files = "f"
            case bytes = "b"
            case skipped = "s"
        }
    }

    /// What the lister knows of a run.
    package struct RunState: Decodable {
        /// One vault of the run.
        package struct Plan: Decodable {
            /// How its pass ended.
            package enum Outcome: String, Decodable {
                case open, settled, refused, busy
            }

            var vault: Vault
            var folder: String
            var outcome: Outcome
            var listing: Listing?
            var batches: Int
            var done: Totals
            var failed: Int
            var deleted: Int
            var lost: Int?
            var strangers: Int?
            var filter: Filter?
            var withheld: Int
            var error: Problem?
        }

        /// A spooled listing.
        package struct Listing: Decodable {
            var isSnapshot: Bool
            var isOfFailures: Bool
            var isSpooled: Bool
            var entries: Int
            var walksRecords: Bool?
            var records: Int?
            var unreadable: Int
            var cursor: String
            var notReady: Int?
        }

        /// Why a vault was passed over.
        package struct Problem: Decodable {
            var name: String
            var message: String
        }

        var run: String
        var started: Int64
        var vaults: [Plan]
        var redrive: String?
        var reopened: String?
    }

    /// Where a run stands, in notation 2.
    package struct Cursor: Decodable {
        /// What comes next.
        package enum Step: String, Decodable {
            case open, page, delete, settle
        }

        /// What comparing has found.
        package struct Findings: Decodable {
            var r: Int
            var f: Int
            var g: Int
            var l: Int
            var s: Int
        }

        /// The notation.
        package var v: Int
        /// What comes next.
        package var step: Step
        var offset: Int64
        /// How many files of a group are handed out.
        package var member: Int?
        var found: Findings
        var pieces: Int
        var piece: Int
        var batches: Int
        var counted: Int
        var done: Totals
        var planned: Totals
        var problems: Int
        var round: Int
        var events: Int
        var deleted: Int
        var failed: Int
        var generation: Int
        var reopened: String?
        var n: Int
        /// Whether only records are left.
        package var drain: Bool
        var next: Int
        var end: Int

        /// Whether the first release takes it.
        package var isTaken: Bool {
            v == 2 && n >= 0 && offset >= 0 && batches >= 0 && next >= 1 && pieces >= 0 && piece >= 1
                && member ?? 0 >= 0
        }
    }

    /// A reference to a batch.
    package struct BatchReference: Decodable {
        var vaultID: String
        var number: Int
        var key: String
        var files: Int

        private enum CodingKeys: String, CodingKey {
            case vaultID = "vault_id"
            case number, key, files
        }
    }

    /// The event of the lister.
    package struct ListInput: Decodable {
        var run: String
        var cursor: String?
        var redrives: Int?
        var reauthentications: Int?
    }

    /// The event of the downloader.
    package struct DownloadInput: Decodable {
        var run: String
        var batch: BatchReference
    }

    /// The lister's answer, as the first release's definition reads it.
    package struct ListOutput: Decodable {
        /// Where the state machine goes.
        package enum Next: String, Decodable {
            case work, `continue`, busy, done
        }

        var run: String
        var cursor: String
        var next: Next
        var batches: [BatchReference]
        var maxConcurrent: Int
        var successor: String
        var reauthentications: Int

        private enum CodingKeys: String, CodingKey {
            case run, cursor, next, batches, successor, reauthentications
            case maxConcurrent = "max_concurrent"
        }
    }

    /// A file's item of the table, in DynamoDB's JSON.
    package struct Item: Decodable {
        /// A text.
        package struct Text: Decodable {
            var text: String

            private enum CodingKeys: String, CodingKey {
                case text = "S"
            }
        }

        /// A number.
        package struct Number: Decodable {
            var text: String

            private enum CodingKeys: String, CodingKey {
                case text = "N"
            }

            package init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                text = try container.decode(String.self, forKey: .text)
                guard Int64(text) != nil else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .text,
                        in: container,
                        debugDescription: "not a whole number"
                    )
                }
            }
        }

        /// Bytes, or a text.
        package struct TextOrBytes: Decodable {
            package init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                guard container.contains(.text) || container.contains(.bytes) else {
                    throw DecodingError.dataCorrupted(
                        .init(codingPath: decoder.codingPath, debugDescription: "neither text nor bytes")
                    )
                }
            }

            private enum Key: String, CodingKey {
                case text = "S"
                case bytes = "B"
            }
        }

        var vaultID: Text
        var item: Text
        var path: Text?
        /// The status, where it is not `COMPLETED`.
        package var s: Text?
        var v: Number
        var e: Text
        var h: Text?
        var n: Number?
        var d: TextOrBytes?
        var c: Text?
        var m: Number?
        var r: TextOrBytes
        var f: Number?
        var l: Number?
        var a: Number?
        var x: Text?
        /// The checkpoint, as JSON.
        package var t: Text?
        var pendingSince: Number?

        private enum CodingKeys: String, CodingKey {
            case item, path, s, v, e, h, n, d, c, m, r, f, l, a, x, t
            case vaultID = "vault_id"
            case pendingSince = "pending_since"
        }

        /// What the first release would stumble over; nil where it reads the item.
        package var obstacle: String? {
            if let s, FileRecord.Status(rawValue: s.text) == nil { return "the status \(s.text)" }
            if path == nil, !item.text.hasPrefix("file#") { return "the key \(item.text)" }
            return nil
        }

        /// The text of the checkpoint, if there is one.
        package var checkpoint: String? { t?.text }
    }
}
