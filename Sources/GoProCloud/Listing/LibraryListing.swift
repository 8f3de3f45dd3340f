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

    /// What is known when the next page is asked for. Kept between two stretches, it is where the second goes on.
    private struct Reading: HandleText {
        var walk: PageWalkStateMachine
        var progress: Progress
        /// How the walk ended, and which of the media that were left for later are still to be asked for; nil while it goes on.
        var end: PageWalkStateMachine.End?
        var left: [MediaID] = []
    }

    /// Reads it, as far as there is time.
    ///
    /// - Parameters:
    ///   - place: where an earlier stretch ended.
    ///   - goesOn: whether there is time for another request; one is always sent.
    ///   - receive: is called for each medium; memory holds no more than one page and the ids.
    /// - Returns: the end, a snapshot only when every medium was seen.
    /// - Throws: `SourceUnavailable` when a page stays short; errors of the service, where nothing was read before.
    func read(
        from place: ListingPlace?,
        while goesOn: () -> Bool,
        _ receive: (Entry) async throws -> Void
    ) async throws -> ListingStretch {
        var reading =
            try place.map { place throws(SyncError) in try Reading(handle: place.rawValue) }
            ?? Reading(
                walk: PageWalkStateMachine(stopsAtKnown: !known.needsFullWalk(at: clock.now)),
                progress: Progress(now: clock.now)
            )
        var asked = 0
        /// Nil where it is better to go on later: what was read before is not thrown away for one request that fails.
        func request<Answer>(_ ask: () async throws -> Answer) async throws -> Answer? {
            guard asked == 0 || goesOn() else { return nil }
            do {
                let answer = try await ask()
                asked += 1
                return answer
            } catch let error as SyncError where asked > 0 && (error.isRetryable || error.name == .tokenExpired) {
                logger.notice("listing paused", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
                return nil
            }
        }
        if reading.end == nil {
            var action = reading.walk.first
            while case .ask(let page, let wait) = action {
                let answer = try await request {
                    if wait > .zero { try await clock.sleep(for: wait) }
                    let path = GoProPath.search(page: page, perPage: PageWalkStateMachine.perPage)
                    return try await account.get(path, as: ListingAnswer.self, logger)
                }
                guard let answer else { return .paused(ListingPlace(try reading.handle)) }
                for row in answer.rows { try await receive(try reading.progress.entry(of: row, known)) }
                action = reading.walk.received(received(answer, reading.progress))
                reading.progress.total = answer.total
            }
            guard case .finish(let end) = action else {
                throw SyncError(.sourceUnavailable, "GoPro lists fewer media than it says it has; try again later")
            }
            reading.end = end
            let missed = end == .everything ? [] : known.later.subtracting(reading.walk.seen)
            reading.left = missed.sorted { $0.rawValue > $1.rawValue }
        }
        while let id = reading.left.last {
            guard let row = try await request({ try await look(at: id) }) else {
                return .paused(ListingPlace(try reading.handle))
            }
            reading.left.removeLast()
            switch row {
            case .found(let row): try await receive(try reading.progress.entry(of: row, known))
            case .gone: logger.debug("medium left for later is gone")
            case .silent: reading.progress.later.insert(id)
            }
        }
        return .ended(try end(reading.end ?? .moving, reading.progress))
    }

    private func received(_ answer: ListingAnswer, _ progress: Progress) -> PageWalkStateMachine.Page {
        let isExplained = known.explains(total: answer.total, newUploads: progress.newUploads.count)
        return .init(
            total: answer.total,
            perPage: answer.perPage,
            ids: answer.rows.map(\.id),
            hasErrors: answer.hasErrors,
            isAllDone: isExplained && answer.rows.allSatisfy(known.isDone)
        )
    }

    /// What became of a medium that was left for later.
    private enum Looked {
        case found(MediaRow)
        case gone
        /// The service works otherwise: one medium does not keep the others from being listed.
        case silent
    }

    /// Asks for one of the media left for later that the walk did not come to.
    private func look(at id: MediaID) async throws -> Looked {
        do {
            return .found(try await account.get(.medium(id), as: MediaRow.self, logger))
        } catch let error as SyncError where error.name == .sourceGone {
            return .gone
        } catch let error as SyncError where error.name == .sourceUnavailable || error.name == .protocolChanged {
            _ = try await account.get(.check, as: ListingAnswer.self, logger)
            return .silent
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
    private struct Progress: Codable {
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
