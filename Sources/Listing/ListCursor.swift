import FoundationEssentials
import SyncCore

/// Where a run stands between two calls of the lister: opaque to the state machine, under 1 KiB.
///
/// The same cursor gives the same page, or what is left of it.
struct ListCursor: Codable, Hashable, Sendable {
    /// What the lister does next with the vault at hand.
    enum Step: String, Codable, Sendable {
        /// Take the lease and spool the listing.
        case open
        /// Hand out what the manifest asks for.
        case page
        /// Delete what is gone at the source.
        case delete
        /// Read the receipts, and hand out again what failed.
        case settle
    }

    /// The notation's version.
    var v = Self.notation
    /// The position of the vault in the run's plan.
    var vault = 0
    /// What comes next.
    var step = Step.open
    /// Where the next line of the manifest begins; while what is gone is deleted, that of the list of it.
    var offset: Int64 = 0
    /// How many files of the group in that line are handed out already, by the order of their paths; nil where the line is
    /// not begun.
    var member: Int?
    /// Whether the manifest is used up, and only records are left to compare.
    var isDraining = false
    /// What comparing has found so far.
    var found = Findings()
    /// Pieces of the list of what is gone.
    var pieces = 0
    /// The piece that is worked off, from 1.
    var piece = 1
    /// What is gone, so far.
    var gone: Int {
        get { found.gone }
        set { found.gone = newValue }
    }
    /// Files that were deleted so far.
    var deleted = 0
    /// Files that are gone and that the store keeps, so far.
    var kept: Int?
    /// Batches handed out so far for this vault; the number of the last one.
    var batches = 0
    /// The last batch whose receipt has been counted.
    var counted = 0
    /// What the receipts counted so far add up to.
    var done = Totals()
    /// What was handed out so far.
    var planned = Totals()
    /// Counted batches of the round at hand that failed in part or left no receipt.
    var problems = 0
    /// Those of them in which files were stored before the token was refused; nil for none.
    var expired: Int?
    /// Files that failed in spite of all rounds, so far.
    var failed = 0
    /// The round of batches that is on its way, from 1.
    var round = 1
    /// The next batch of the round before that is looked at for failures.
    var settleNext = 1
    /// The last batch of the round before.
    var settleEnd = 0
    /// History events that this execution has caused, roughly.
    var events = 0
    /// Executions before this one.
    var generation = 0
    /// The value of ``RunState/reopened`` that this cursor was made under.
    var reopened: String?
    /// The term of the vault at hand, as far as this run has it; nil in a cursor of the first release.
    var term: Int64?

    /// What comparing records, listing and store has found.
    struct Findings: Codable, Hashable, Sendable {
        /// Records that were walked past.
        var records = 0
        /// Those of them whose files are not deleted.
        var files = 0
        /// Files that are gone at the source.
        var gone = 0
        /// Files that were missing from the store, or changed there.
        var lost = 0
        /// Objects under the vault's folder that are none of ours.
        var strangers = 0

        private enum CodingKeys: String, CodingKey {
            case records = "r"
            case files = "f"
            case gone = "g"
            case lost = "l"
            case strangers = "s"
        }
    }

    /// Files and bytes.
    struct Totals: Codable, Hashable, Sendable {
        var files = 0
        var bytes: Int64 = 0
        var skipped = 0

        /// Counts one file of a listing.
        mutating func count(_ entry: Entry) {
            guard entry.kind == .file || entry.kind == .unreadable else { return }
            files += 1
            bytes += entry.size ?? 0
        }

        private enum CodingKeys: String, CodingKey {
            case files = "f"
            case bytes = "b"
            case skipped = "s"
        }
    }

    /// Short, because the cursor travels with every page.
    private enum CodingKeys: String, CodingKey {
        case v, step, offset, member, found, pieces, piece, batches, counted, done, planned, problems, round, events
        case deleted, kept, failed, generation, reopened, expired, term
        case vault = "n"
        case isDraining = "drain"
        case settleNext = "next"
        case settleEnd = "end"
    }

    /// How far the run has come: it never goes back.
    var position: [Int64] {
        [
            Int64(vault), step == .open ? 0 : 1, offset, Int64(member ?? 0), Int64(piece), Int64(deleted),
            Int64(settleNext),
        ]
    }

    /// Moves on to what is gone.
    mutating func beginDeleting() {
        step = .delete
        offset = 0
        isDraining = false
    }

    /// Moves on to the next vault.
    mutating func advance() {
        let reopened = reopened
        self = ListCursor(vault: vault + 1, events: events, generation: generation)
        self.reopened = reopened
    }

    private static let notation = 2
    /// Rounds of one vault, the first included.
    static let rounds = 2

    init(vault: Int = 0, events: Int = 0, generation: Int = 0) {
        self.vault = vault
        self.events = events
        self.generation = generation
    }

    /// Reads a cursor that this lister, or an earlier version of it, has given out.
    init(encoded: String) throws(SyncError) {
        guard let data = Data(base64Encoded: encoded), let cursor = try? JSONDecoder().decode(Self.self, from: data),
            cursor.v == Self.notation, cursor.vault >= 0, cursor.offset >= 0, cursor.batches >= 0,
            cursor.settleNext >= 1, cursor.pieces >= 0, cursor.piece >= 1, cursor.member ?? 0 >= 0
        else {
            throw SyncError(.invalidInput, "the field cursor was not made by this lister; start a new run")
        }
        self = cursor
    }

    var encoded: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(self).base64EncodedString()
        }
    }
}
