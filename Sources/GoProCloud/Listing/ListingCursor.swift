import FoundationEssentials
import SyncCore

/// How far the listing was worked off.
///
/// The library is listed by the time of upload, newest first, so what was uploaded before `until` is known and done, but for
/// what `later` names: media that were not ready, or did not offer all their originals.
struct ListingCursor: Codable, Hashable, Sendable {
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

    private enum CodingKeys: String, CodingKey { case v, until, walked, later }

    /// Knows nothing.
    init() {}

    /// Knows everything up to a moment.
    init(until: Timestamp?, walked: Timestamp?, later: Set<MediaID>) {
        guard later.count <= Self.mostLater else { return }
        self.until = until
        self.walked = walked
        self.later = later
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

    /// Whether nothing is left to do for a medium.
    func isDone(_ row: MediaRow) -> Bool {
        guard let until, let created = row.created, row.isReady, !later.contains(row.id) else { return false }
        return created.advanced(by: Self.overlap) <= until
    }

    /// Whether everything has to be walked.
    func needsFullWalk(at now: Timestamp) -> Bool {
        guard until != nil, let walked else { return true }
        return later.count > Self.mostAskedSingly || walked.duration(to: now) >= Self.fullWalkInterval
    }

    /// The same, but for a medium that has to be looked at again.
    func revisiting(_ id: MediaID) -> ListingCursor {
        ListingCursor(until: until, walked: walked, later: later.union([id]))
    }
}
