// What runs carry from call to call.

extension FirstRelease {
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
}
