/// The outcome of a run, or the answer to `status`.
///
///     {"success": true, "message": "Synced 2 vaults with 150 files", "vaults_synced": ["…"], "files_count": 150,
///      "errors": [], "notes": [], "failed": 0, "not_mirrored": 0, "attention": [], "attention_count": 0,
///      "vaults": [{"vault_id": "…", "outcome": "mirrored", "files": 150, "bytes": 1000, …}],
///      "metadata": {"sync_type": "incremental", "execution_time": "2m30s", "run": "…", "bytes": "…"}}
///
/// Through the state machine it goes without names and paths; on the machine that holds the working data they are added.
package struct Summary: Codable, Hashable, Sendable {
    /// Whether everything that was asked for is done.
    package var success: Bool
    /// One sentence.
    package var message: String
    /// The ids of the vaults whose pass was completed.
    package var vaultsSynced: [VaultID]
    /// Files that were stored.
    package var filesCount: Int
    /// What went wrong, a sentence each, without file names.
    package var errors: [String]
    /// What is worth knowing and no error, a sentence each, without file names.
    package var notes: [String] = []
    /// Files that this run tried and could not store.
    package var failed = 0
    /// Files that are known at the source and whose present version is not mirrored, whichever run tried them.
    package var notMirrored = 0
    /// What needs somebody's attention: at most ``mostAttention``.
    package var attention: [Attention] = []
    /// How much that is in all.
    package var attentionCount = 0
    /// What came of each vault.
    package var vaults: [VaultOutcome] = []
    /// More, by name.
    package var metadata: [String: String]

    /// How much ``attention`` names at most: a summary has to fit into the output of an execution.
    package static let mostAttention = 20

    /// What came of one vault.
    package struct VaultOutcome: Codable, Hashable, Sendable {
        /// The ways in which a vault's pass can end.
        package enum Outcome: String, Codable, Sendable {
            /// It is mirrored, but for what ``failed`` and ``Summary/notMirrored`` count.
            case mirrored
            /// It could not be listed.
            case refused
            /// Another run mirrors it.
            case busy
            /// The run ended before this vault was done.
            case unfinished
        }

        /// The provider's identifier.
        package var vaultID: VaultID
        /// Its name; only on the machine that holds the records.
        package var name: String?
        /// How its pass ended.
        package var outcome: Outcome
        /// Files that were stored.
        package var files = 0
        /// Their bytes.
        package var bytes: Int64 = 0
        /// Files that were deleted because they are gone at the source.
        package var deleted = 0
        /// Files that could not be stored.
        package var failed = 0
        /// Files that no store takes, or that are gone at the source.
        package var skipped = 0
        /// Deletions that were held back.
        package var withheld = 0
        /// The stable name of the error of a vault that could not be listed.
        package var error: String?
        /// One sentence about it.
        package var message: String?

        /// Makes the outcome of a vault of which nothing was stored.
        package init(vaultID: VaultID, outcome: Outcome) {
            self.vaultID = vaultID
            self.outcome = outcome
        }

        private enum CodingKeys: String, CodingKey {
            case name, outcome, files, bytes, deleted, failed, skipped, withheld, error, message
            case vaultID = "vault_id"
        }
    }

    /// The outcome of a run that failed, of which nothing more is known.
    package init(failure error: SyncError) {
        self.init(
            success: false,
            message: error.message,
            vaultsSynced: [],
            filesCount: 0,
            errors: [error.description],
            metadata: ["error": error.name.rawValue]
        )
    }

    /// Makes a summary.
    package init(
        success: Bool,
        message: String,
        vaultsSynced: [VaultID],
        filesCount: Int,
        errors: [String],
        metadata: [String: String]
    ) {
        self.success = success
        self.message = message
        self.vaultsSynced = vaultsSynced
        self.filesCount = filesCount
        self.errors = errors
        self.metadata = metadata
    }

    private enum CodingKeys: String, CodingKey {
        case success, message, errors, notes, failed, attention, vaults, metadata
        case vaultsSynced = "vaults_synced"
        case filesCount = "files_count"
        case notMirrored = "not_mirrored"
        case attentionCount = "attention_count"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        success = try container.decode(Bool.self, forKey: .success)
        message = try container.decode(String.self, forKey: .message)
        vaultsSynced = try container.decode([VaultID].self, forKey: .vaultsSynced)
        filesCount = try container.decode(Int.self, forKey: .filesCount)
        errors = try container.decode([String].self, forKey: .errors)
        metadata = try container.decode([String: String].self, forKey: .metadata)
        // What the functions of an earlier release do not say.
        notes = try container.decodeIfPresent([String].self, forKey: .notes) ?? []
        failed = try container.decodeIfPresent(Int.self, forKey: .failed) ?? 0
        notMirrored = try container.decodeIfPresent(Int.self, forKey: .notMirrored) ?? 0
        attention = try container.decodeIfPresent([Attention].self, forKey: .attention) ?? []
        attentionCount = try container.decodeIfPresent(Int.self, forKey: .attentionCount) ?? attention.count
        vaults = try container.decodeIfPresent([VaultOutcome].self, forKey: .vaults) ?? []
    }
}
