import Clocks
import SyncCore

/// What the lister knows of a run between its calls: the object `runs/<run>.json` of the state store.
///
/// One lister works on a run at a time. Everything here is assigned, never added to, so that a repeated call
/// changes nothing.
struct RunState: Codable, Sendable {
    /// One vault of the run.
    struct VaultPlan: Codable, Sendable {
        enum Outcome: String, Codable, Sendable {
            /// The pass is not over.
            case open
            /// The pass is over and the cursor is committed.
            case settled
            /// The vault could not be listed.
            case refused
            /// Another run works on it.
            case busy
        }

        var vault: Vault
        var folder: String
        var outcome = Outcome.open
        /// The vault's term that this run has it for; nil before it has taken the lease, and in a run of the first release.
        var term: Int64?
        /// Whether the destination may hold files that have no record: nothing is known of it, and it is not empty.
        var mayHoldObjects: Bool?
        /// Set when the listing is spooled.
        var listing: Listing?
        /// Stretches of the listing that calls without time for all of it have spooled; nil where none has.
        var stretches: Int?
        /// Batches that were handed out; a redrive goes on numbering from here.
        var batches = 0
        /// What the receipts add up to.
        var done = PassCursor.Totals()
        var failed = 0
        var deleted = 0
        /// Files that are gone at the source and that the store does not let go, and its reason for one of them.
        var undeleted: Int?
        var undeletedReason: String?
        /// How many files took the place of earlier versions, of how many; nil where that is no large part.
        var replaced: Share?
        /// Files that were deleted and are not in the vault's state yet, and their bytes.
        var removed: PassCursor.Totals?
        /// Files that were missing from the store, or changed there, and were handed out again.
        var lost: Int?
        /// Objects under the vault's folder that are none of ours.
        var strangers: Int?
        /// Files that waited to be fetched again when the pass was over; nil where they were not counted.
        var pending: Int?
        /// The patterns of this pass.
        var filter: PathFilter?
        /// Whether a newer run has had the vault since; its outcome is `busy` then, which the first release knows.
        var isSuperseded: Bool?
        /// Deletions that the brake held back.
        var withheld = 0
        /// The same as the set that somebody can let pass.
        var held: HeldDeletions?
        /// Whether somebody has let the deletions of this pass through.
        var isApproved: Bool?
        /// The error of a refused vault.
        var error: Problem?

        init(vault: Vault, folder: String) {
            self.vault = vault
            self.folder = folder
        }

        /// What the run says of its term when it asks for the vault's lease.
        func claim(_ cursor: PassCursor) -> VaultLease.Claim {
            if let term = term ?? cursor.term { return .term(term) }
            return listing == nil && batches == 0 && cursor.phase == .open ? .anew : .unknown
        }

        /// Ends the vault's part of the run: it is mirrored, as far as that was possible.
        mutating func settle(_ cursor: PassCursor) {
            outcome = .settled
            failed = cursor.failed
            batches = cursor.batches
            done = cursor.done
            deleted = cursor.deleted
            lost = cursor.found.lost
            strangers = cursor.found.strangers
        }

        /// Ends the vault's part of the run: it cannot be listed.
        mutating func refuse(_ error: SyncError) {
            outcome = .refused
            // The provider does not know under which id the secret has the vault.
            let message = error.message.replacing("<vault id>", with: vault.id.rawValue)
            self.error = .init(name: error.name, message: message)
            if error.detail == .passwordMissing { self.error?.isPasswordMissing = true }
        }

        /// Ends the vault's part of the run: another one has it.
        mutating func leave(superseded: Bool) {
            outcome = .busy
            if superseded { isSuperseded = true }
        }
    }

    /// Some of a vault's files.
    struct Share: Codable, Hashable, Sendable {
        var files: Int
        var all: Int
    }

    /// A spooled listing.
    struct Listing: Codable, Sendable {
        var isSnapshot: Bool
        /// Whether it is none of the provider's, but of what failed earlier in the run: nothing is deleted or committed.
        var isOfFailures = false
        /// Set when the manifest is written.
        var isSpooled = true
        var entries: Int
        /// Those of files that are there, and their bytes, as far as they are stated.
        var files: Int?
        var bytes: Int64?
        /// Whether all records of the vault are walked beside the manifest, rather than asked for by path.
        var walksRecords: Bool?
        /// How many records the vault had when the pass began, as far as it is known.
        var records: Int?
        /// Entries whose names could not be read.
        var unreadable: Int
        /// Where the provider's listing ended: what is committed at the end.
        var cursor: SourceCursor
        /// What is there but cannot be fetched yet.
        var notReady: Int?

        /// The same vault's listing of what failed earlier in the run, still to be spooled.
        var ofFailures: Listing {
            var listing = Listing(isSnapshot: false, entries: 0, unreadable: 0, cursor: cursor)
            listing.isOfFailures = true
            listing.isSpooled = false
            return listing
        }
    }

    /// A vault that takes no part in the run: the account has it no more, or nobody has asked for it.
    struct LeftVault: Codable, Hashable, Sendable {
        var id: VaultID
        /// What people knew it by.
        var name: String?
    }

    /// Why a vault was passed over.
    struct Problem: Codable, Sendable {
        var name: SyncError.Name
        var message: String
        /// Whether it is only that nobody has given the vault's password: somebody may not want to mirror it.
        var isPasswordMissing: Bool?
    }

    var run: RunID
    var started: Timestamp
    var vaults: [VaultPlan]
    /// Vaults that are mirrored and that the account has no more.
    var left: [LeftVault]?
    /// Vaults that others share with the account, and that nobody has asked for.
    var unasked: [LeftVault]?
    /// The redrive that failed files were last handed out for.
    var redrive: Redrive?
    /// The redrive that last found every vault done, and opened some again.
    var reopened: Redrive?
    /// The form that this was written in.
    var form: DataForm? = .current

    static func load(_ run: RunID, from store: any ObjectStore) async throws -> RunState? {
        guard let stream = try await store.read(try KeyMapping.run(run), from: 0) else { return nil }
        var reader = JSONLinesReader<RunState>(stream)
        return try await reader.next()?.value
    }

    func save(to store: any ObjectStore) async throws {
        let key = try KeyMapping.run(run)
        try await store.put(key, JSONLinesEncoder().line(self), ObjectAttributes(contentType: ContentType.of(key)))
    }
}
