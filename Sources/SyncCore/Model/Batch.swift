/// A reference to a batch: what travels through the state machine.
///
///     {"vault_id": "1f0c…", "number": 7, "key": "1f0c…/run-1/batches/0007.jsonl", "files": 100}
package struct BatchReference: Codable, Hashable, Sendable {
    /// The vault that the batch belongs to.
    package var vaultID: VaultID
    /// The batch's number within the vault's pass, from 1.
    package var number: Int
    /// Where the batch lies in the state store.
    package var key: ObjectKey
    /// How many entries it holds, for people who read histories.
    package var files: Int

    private enum CodingKeys: String, CodingKey {
        case vaultID = "vault_id"
        case number, key, files
    }

    /// Makes a reference.
    package init(vaultID: VaultID, number: Int, key: ObjectKey, files: Int) {
        self.vaultID = vaultID
        self.number = number
        self.key = key
        self.files = files
    }
}

/// The first line of a batch object; each further line is an ``Entry``.
package struct BatchHeader: Codable, Hashable, Sendable {
    /// The vault as it was listed.
    package var vault: Vault
    /// The folder of the mirror that the vault's files go to.
    package var folder: String
    /// Where the provider's listing ended, so that a session need not list everything again.
    package var listedUpTo: SourceCursor?
    /// The vault's term that the batch belongs to; nil in a batch of the first release.
    package var term: Int64?
    /// Whether the destination may hold files that have no record; the downloader looks for those before it fetches.
    package var mayHoldObjects: Bool?
    /// The form that this was written in.
    package var form: DataForm?

    private enum CodingKeys: String, CodingKey {
        case vault, folder, term, form
        case listedUpTo = "listed_up_to"
        case mayHoldObjects = "may_hold_objects"
    }

    /// Makes a header.
    package init(
        vault: Vault,
        folder: String,
        listedUpTo: SourceCursor?,
        term: Int64? = nil,
        mayHoldObjects: Bool? = nil
    ) {
        self.vault = vault
        self.folder = folder
        self.listedUpTo = listedUpTo
        self.term = term
        self.mayHoldObjects = mayHoldObjects
        form = .current
    }
}

/// What a downloader leaves behind when a batch is worked off.
package struct Receipt: Codable, Hashable, Sendable {
    /// The batch's number within the vault's pass.
    package var batch: Int
    /// Files that this run stored.
    package var files: Int
    /// Their bytes.
    package var bytes: Int64
    /// Files that cannot be stored and were noted as such.
    package var skipped: Int
    /// The entries that failed, by path, with the stable name of the error.
    package var failures: [Failure]
    /// The error that ended the batch as a whole, if one did.
    package var error: SyncError.Name?

    /// One file that failed.
    package struct Failure: Codable, Hashable, Sendable {
        /// The file's path in the vault.
        package var path: VaultPath
        /// The stable name of the error.
        package var error: SyncError.Name

        /// Makes a failure.
        package init(path: VaultPath, error: SyncError.Name) {
            self.path = path
            self.error = error
        }
    }

    /// Makes an empty receipt.
    package init(batch: Int) {
        self.batch = batch
        files = 0
        bytes = 0
        skipped = 0
        failures = []
    }
}
