import Clocks
import Logging
import SyncCore

/// Reads the listing: a walk over the pages, and a look at what was left over for later.
///
/// What is known and done is named as unchanged, with the handle by which it is taken apart where the records do not know it,
/// and everything else as a group: which originals a medium has only its download manifest tells, and that costs a request
/// each, at most two in a second. So groups are taken apart by the lister, page by page under its deadline, and only those
/// that are new: a first listing of thousands spreads over many calls.
struct LibraryListing: Sendable {
    let account: GoProAccount
    let known: ListingCursor
    let logger: Logger

    private var clock: any WallClock { account.clock }

    /// Reads it.
    ///
    /// - Parameter receive: is called for each medium; memory holds no more than one page and the ids.
    /// - Returns: the end, a snapshot only when every medium was seen.
    /// - Throws: `SourceUnavailable` when a page stays short; errors of the service.
    func read(_ receive: (Entry) async throws -> Void) async throws -> ListingEnd {
        var progress = Progress(now: clock.now)
        var walk = PageWalkStateMachine(stopsAtKnown: !known.needsFullWalk(at: clock.now))
        var action = walk.first
        while case .ask(let page, let wait) = action {
            if wait > .zero { try await clock.sleep(for: wait) }
            let path = GoProPath.search(page: page, perPage: PageWalkStateMachine.perPage)
            let answer = try await account.get(path, as: ListingAnswer.self, logger)
            for row in answer.rows { try await receive(try progress.entry(of: row, known)) }
            let isExplained = known.explains(total: answer.total, newUploads: progress.newUploads.count)
            action = walk.received(
                .init(
                    total: answer.total,
                    perPage: answer.perPage,
                    ids: answer.rows.map(\.id),
                    hasErrors: answer.hasErrors,
                    isAllDone: isExplained && answer.rows.allSatisfy(known.isDone)
                )
            )
            progress.total = answer.total
        }
        guard case .finish(let end) = action else {
            throw SyncError(.sourceUnavailable, "GoPro lists fewer media than it says it has; try again later")
        }
        if end != .everything { try await revisit(known.later.subtracting(walk.seen), &progress, receive) }
        return try self.end(end, progress)
    }

    /// Asks for those of the media left for later that the walk did not come to.
    private func revisit(
        _ ids: Set<MediaID>,
        _ progress: inout Progress,
        _ receive: (Entry) async throws -> Void
    ) async throws {
        for id in ids.sorted(by: { $0.rawValue < $1.rawValue }) {
            do {
                let row = try await account.get(.medium(id), as: MediaRow.self, logger)
                try await receive(try progress.entry(of: row, known))
            } catch let error as SyncError where error.name == .sourceGone {
                logger.debug("medium left for later is gone")
            } catch let error as SyncError where error.name == .sourceUnavailable || error.name == .protocolChanged {
                // Where the service works otherwise, one medium does not keep the others from being listed.
                _ = try await account.get(.check, as: ListingAnswer.self, logger)
                progress.later.insert(id)
            }
        }
    }

    private func end(_ end: PageWalkStateMachine.End, _ progress: Progress) throws -> ListingEnd {
        let cursor: ListingCursor
        switch end {
        case .moving:
            // Everything that was seen is handed out; the next listing begins where this one did.
            logger.warning("library changed during every walk, its listing is not complete")
            cursor = known.until == nil ? ListingCursor() : known
        case .everything:
            cursor = ListingCursor(
                until: progress.newest ?? clock.now,
                walked: clock.now,
                later: progress.later,
                total: progress.total
            )
        case .upToKnown:
            let until = [progress.newest, known.until].compactMap { $0 }.max()
            cursor = ListingCursor(until: until, walked: known.walked, later: progress.later, total: progress.total)
        }
        return ListingEnd(
            isSnapshot: end == .everything,
            cursor: try cursor.encoded,
            notReady: progress.later.count
        )
    }

    /// What the rows so far amount to.
    private struct Progress {
        /// No upload counts as newer than this: a date from the future would hide all that come before it.
        let now: Timestamp
        var newest: Timestamp?
        var later: Set<MediaID> = []
        var newUploads: Set<MediaID> = []
        /// How many media the service says there are.
        var total: Int?

        init(now: Timestamp) {
            self.now = now
        }

        mutating func entry(of row: MediaRow, _ known: ListingCursor) throws -> Entry {
            if let created = row.created, created <= now { newest = max(newest ?? created, created) }
            if known.isNew(row, at: now) { newUploads.insert(row.id) }
            guard row.isReady else {
                later.insert(row.id)
                return try row.entry(.unchanged)
            }
            later.remove(row.id)
            return try known.isDone(row) ? row.entry(.unchanged, mayBeTakenApart: true) : row.entry(.group)
        }
    }
}
