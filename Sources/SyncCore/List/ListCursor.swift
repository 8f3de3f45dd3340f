import FoundationEssentials

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
    var v = 1
    /// The position of the vault in the run's plan.
    var vault = 0
    /// What comes next.
    var step = Step.open
    /// Where the next line of the manifest begins.
    var offset: Int64 = 0
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

    /// Files and bytes.
    struct Totals: Codable, Hashable, Sendable {
        var files = 0
        var bytes: Int64 = 0
        var skipped = 0
    }

    /// Moves on to the next vault.
    mutating func advance() {
        let reopened = reopened
        self = ListCursor(vault: vault + 1, events: events, generation: generation)
        self.reopened = reopened
    }

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
            cursor.v == 1, cursor.vault >= 0, cursor.offset >= 0, cursor.batches >= 0, cursor.settleNext >= 1
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
