import SyncCore

/// Where a run stands between two calls of the lister: opaque to the state machine, under 1 KiB.
///
/// The same cursor gives the same page, or what is left of it.
struct PassCursor: Hashable, Sendable {
    /// What comes next with the vault at hand, and what only that needs to know.
    enum Phase: Hashable, Sendable {
        /// The listing is spooled.
        case open
        /// What the manifest asks for is handed out.
        case page(Position)
        /// What is gone is deleted: `piece` of the list of it from 1, and where its next line begins.
        case delete(piece: Int, offset: Int64)
        /// The receipts are read, and what failed is handed out again.
        case settle(Round)
    }

    /// A place in the manifest.
    struct Position: Hashable, Sendable {
        /// Where the next line begins.
        var offset: Int64 = 0
        /// How many files of the group in that line are handed out already, by the order of their paths; nil where the line is
        /// not begun.
        var member: Int?
        /// Whether the manifest is used up, and only records are left to compare.
        var isDraining = false
    }

    /// A round of batches.
    struct Round: Hashable, Sendable {
        /// Which one, from 1.
        var number = 1
        /// The next batch of the round before that is looked at for failures.
        var next = 1
        /// The last batch of the round before.
        var end = 0
    }

    /// The position of the vault in the run's plan.
    var vault = 0
    /// What comes next.
    var phase = Phase.open
    /// What comparing has found so far.
    var found = Findings()
    /// Pieces of the list of what is gone.
    var pieces = 0
    /// Files that were deleted so far.
    var deleted = 0
    /// Files that are gone and that the store keeps, so far.
    var kept: Int?
    /// The first batch of this pass: a redrive goes on numbering.
    var firstBatch = 1
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
    /// History events that this execution has caused, roughly.
    var events = 0
    /// Executions before this one.
    var generation = 0
    /// The value of ``RunState/reopened`` that this cursor was made under.
    var reopened: Redrive?
    /// The term of the vault at hand, as far as this run has it; nil in a cursor of the first release.
    var term: Int64?

    init(vault: Int = 0, events: Int = 0, generation: Int = 0) {
        self.vault = vault
        self.events = events
        self.generation = generation
    }

    /// How far the run has come: it never goes back.
    var progress: [Int64] {
        let vault = Int64(vault)
        return switch phase {
        case .open: [vault, 0]
        case .page(let place):
            [vault, 1, place.offset, Int64(place.member ?? 0), place.isDraining ? 1 : 0, Int64(pieces)]
        case .delete(let piece, let offset): [vault, 2, Int64(piece), offset]
        case .settle(let round): [vault, 3, Int64(round.next)]
        }
    }

    /// The cursor with which the next vault begins: nothing but what is of the whole run.
    var ofNextVault: PassCursor {
        var next = PassCursor(vault: vault + 1, events: events, generation: generation)
        next.reopened = reopened
        return next
    }
}

extension PassCursor {
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
        /// Files that are to replace earlier versions; nil for none.
        var replaced: Int?

        /// Counts a record of a file.
        mutating func note(_ record: FileRecord) {
            if record.isGroup == true { return }
            records += 1
            if record.status != .deleted { files += 1 }
        }

        private enum CodingKeys: String, CodingKey {
            case records = "r"
            case files = "f"
            case gone = "g"
            case lost = "l"
            case strangers = "s"
            case replaced = "c"
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
}
