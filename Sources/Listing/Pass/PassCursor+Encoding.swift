import FoundationEssentials
import SyncCore

extension PassCursor {
    /// The written form: one flat object, which the first release reads as well. What the phase at hand does not need stands at
    /// its beginning.
    ///
    ///     {"v": 2, "n": 0, "step": "page", "offset": 99, "drain": false, "batches": 1, …}
    private struct Written: Codable {
        enum Step: String, Codable { case open, page, delete, settle }

        var v = Self.notation
        var vault: Int
        var step: Step
        var offset: Int64 = 0
        var member: Int?
        var isDraining = false
        var found: Findings
        var pieces: Int
        var piece = 1
        var deleted: Int
        var kept: Int?
        var batches: Int
        var counted: Int
        var done: Totals
        var planned: Totals
        var problems: Int
        var expired: Int?
        var failed: Int
        var round = 1
        var settleNext: Int
        var settleEnd = 0
        var events: Int
        var generation: Int
        var reopened: Redrive?
        var term: Int64?

        static let notation = 2

        /// Short, because the cursor travels with every page.
        private enum CodingKeys: String, CodingKey {
            case v, step, offset, member, found, pieces, piece, batches, counted, done, planned, problems, round, events
            case deleted, kept, failed, generation, reopened, expired, term
            case vault = "n"
            case isDraining = "drain"
            case settleNext = "next"
            case settleEnd = "end"
        }

        var isPlausible: Bool {
            v == Self.notation && vault >= 0 && offset >= 0 && batches >= 0 && settleNext >= 1 && pieces >= 0
                && piece >= 1
                && member ?? 0 >= 0
        }
    }

    /// Reads a cursor that this lister, or an earlier version of it, has given out.
    ///
    /// - Throws: `InvalidInput` for any other text.
    init(encoded: String) throws(SyncError) {
        guard let data = Data(base64Encoded: encoded),
            let written = try? JSONDecoder().decode(Written.self, from: data),
            written.isPlausible
        else {
            throw SyncError(.invalidInput, "the field cursor was not made by this lister; start a new run")
        }
        self.init(vault: written.vault, events: written.events, generation: written.generation)
        phase =
            switch written.step {
            case .open: .open
            case .page:
                .page(.init(offset: written.offset, member: written.member, isDraining: written.isDraining))
            case .delete: .delete(piece: written.piece, offset: written.offset)
            case .settle:
                .settle(.init(number: written.round, next: written.settleNext, end: written.settleEnd))
            }
        firstBatch = written.settleNext
        (found, pieces, deleted, kept) = (written.found, written.pieces, written.deleted, written.kept)
        (batches, counted, done, planned) = (written.batches, written.counted, written.done, written.planned)
        (problems, expired, failed) = (written.problems, written.expired, written.failed)
        (reopened, term) = (written.reopened, written.term)
    }

    /// The cursor as it is given out.
    var encoded: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(written).base64EncodedString()
        }
    }

    private var written: Written {
        var written = Written(
            vault: vault,
            step: .open,
            found: found,
            pieces: pieces,
            deleted: deleted,
            kept: kept,
            batches: batches,
            counted: counted,
            done: done,
            planned: planned,
            problems: problems,
            expired: expired,
            failed: failed,
            settleNext: firstBatch,
            events: events,
            generation: generation,
            reopened: reopened,
            term: term
        )
        switch phase {
        case .open: break
        case .page(let place):
            written.step = .page
            (written.offset, written.member, written.isDraining) = (place.offset, place.member, place.isDraining)
        case .delete(let piece, let offset):
            written.step = .delete
            (written.piece, written.offset) = (piece, offset)
        case .settle(let round):
            written.step = .settle
            (written.round, written.settleNext, written.settleEnd) = (round.number, round.next, round.end)
        }
        return written
    }
}
