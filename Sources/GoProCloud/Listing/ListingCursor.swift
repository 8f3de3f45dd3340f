import Clocks
import FoundationEssentials
import SyncCore

/// How far the listing was worked off.
///
/// The library is listed by the time of upload, newest first, so what was uploaded before `until` is taken for known and done,
/// but for what `later` names: media that were not ready, or did not offer all their originals. It only decides how far a
/// listing is read: what it shows and the records do not know is wanted, whatever its date.
struct ListingCursor: HandleText, Hashable, Sendable {
    /// Uploads may show with some delay.
    private static let overlap: Duration = .seconds(24 * 3600)
    /// How often everything is walked, so that what the watermark would hide, and deletions, are found.
    private static let fullWalkInterval: Duration = .seconds(7 * 24 * 3600)
    /// More than so many are found by walking rather than by asking for each.
    private static let mostAskedSingly = 100
    /// More than so many are not remembered: everything is looked at again instead.
    private static let mostLater = 2000

    private var v = 1
    /// The newest upload that was seen.
    private(set) var until: Timestamp?
    /// When everything was last walked.
    private(set) var walked: Timestamp?
    /// Media to be looked at again.
    private(set) var later: Set<MediaID> = []
    /// How many media there were; nil where nobody noted it.
    private(set) var total: Int?

    private enum CodingKeys: String, CodingKey { case v, until, walked, later, total }

    /// Knows nothing.
    init() {}

    /// Knows everything up to a moment.
    init(until: Timestamp?, walked: Timestamp?, later: Set<MediaID>, total: Int? = nil) {
        guard later.count <= Self.mostLater else { return }
        self.until = until
        self.walked = walked
        self.later = later
        self.total = total
    }

    /// Reads a cursor.
    ///
    /// - Throws: `InvalidInput` for one that this provider has not made.
    init(_ cursor: SourceCursor) throws(SyncError) {
        guard let value = try? JSONDecoder().decode(Self.self, from: Data(cursor.rawValue.utf8)), value.v == 1 else {
            throw SyncError(.invalidInput, "the stored cursor of the library is none of GoPro's")
        }
        self = value
    }

    /// The cursor as it is stored.
    var encoded: SourceCursor {
        get throws { SourceCursor(try handle) }
    }

    /// Whether nothing is left to do for a medium, as far as the cursor knows.
    func isDone(_ row: MediaRow) -> Bool {
        guard let until, let created = row.created, row.isReady, !later.contains(row.id) else { return false }
        return created.advanced(by: Self.overlap) <= until
    }

    /// Whether new uploads alone explain how many media there are. Where they do not, one was deleted, restored, or came late:
    /// it may stand anywhere.
    func explains(total: Int, newUploads: Int) -> Bool {
        self.total.map { $0 + newUploads == total } ?? true
    }

    /// Whether an upload is newer than all that were seen.
    func isNew(_ row: MediaRow, at now: Timestamp) -> Bool {
        guard let until, let created = row.created else { return false }
        return until < created && created <= now
    }

    /// Whether everything has to be walked.
    func needsFullWalk(at now: Timestamp) -> Bool {
        guard until != nil, let walked else { return true }
        return later.count > Self.mostAskedSingly || walked.duration(to: now) >= Self.fullWalkInterval
    }

    /// The same, but for a medium that has to be looked at again.
    func revisiting(_ id: MediaID) -> ListingCursor {
        ListingCursor(until: until, walked: walked, later: later.union([id]), total: total)
    }
}
