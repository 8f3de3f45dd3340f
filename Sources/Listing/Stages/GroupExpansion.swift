import Logging
import SyncCore

/// Takes groups apart, several at once. One that cannot be taken apart costs itself only: it gets a record of its own, and later
/// runs come back to it, after an hour at first and after a week at most.
struct GroupExpansion: Sendable {
    private let context: PassContext
    /// Whether what failed in this very run is to be tried again: it was redriven.
    private let retriesOwnFailures: Bool

    /// What came of a group.
    enum Finding: Sendable {
        /// Its files, by their paths.
        case files(GroupFiles)
        /// It could not be taken apart when it was tried last, and is not due again. `isNew` says that this very run has tried.
        case waits(isNew: Bool)
        /// It cannot be taken apart now, which concerns it alone.
        case failed(SyncError)
        /// Something that concerns more than this group.
        case broken(any Error)
    }

    /// Takes apart what a listing names.
    init(_ context: PassContext, _ listing: RunState.Listing) {
        self.context = context
        retriesOwnFailures = listing.isOfFailures
    }

    /// Makes groups of the lines that the provider takes for known and below which nothing is recorded: the files were
    /// deleted and are there again, or they came late.
    func takingUpUnrecorded(_ lines: [Line<Entry>]) async throws -> [Line<Entry>] {
        let taken = lines.indices.filter { lines[$0].value.kind == .unchanged && !lines[$0].value.handle.isEmpty }
        guard !taken.isEmpty else { return lines }
        let (store, vault) = (context.records, context.vault)
        let isRecorded = try await taken.concurrentMap(atOnce: context.settings.requestsInFlight) { index in
            let known = try await store.someRecords(below: lines[index].value.path, in: vault.id)
            return known.contains { $0.epoch == vault.epoch && $0.status != .deleted }
        }
        var lines = lines
        for (index, isRecorded) in zip(taken, isRecorded) where !isRecorded { lines[index].value.kind = .group }
        return lines
    }

    /// The groups' own records: of those that could not be taken apart before.
    func records(of groups: some Collection<Entry>) async throws -> [VaultPath: FileRecord] {
        try await context.records(of: groups.map(\.path)).filter { $0.value.isGroup == true }
    }

    /// Takes groups apart.
    ///
    /// - Returns: what came of each, in their order.
    /// - Throws: nothing but `CancellationError`: what concerns more than one group is a finding too, so that what was found in
    ///   front of it is not lost.
    func takeApart(
        _ groups: [Entry],
        _ session: any VaultSession,
        knowing records: [VaultPath: FileRecord]
    ) async throws -> [Finding] {
        try await groups.concurrentMap(atOnce: context.settings.groupsInFlight) { group in
            if let known = records[group.path], known.pendingSince != nil, !isTriedAgain(known) {
                return .waits(isNew: known.run == context.run && known.status == .failed && known.attempts == 1)
            }
            do {
                var found = try await session.files(of: group)
                // Providers tell them in any order, and a position has to mean the same in every page.
                found.files.sort(by: Entry.precedes)
                return .files(found)
            } catch let error as SyncError where error.concernsOneFile {
                return .failed(error)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                return .broken(error)
            }
        }
    }

    private func isTriedAgain(_ known: FileRecord) -> Bool {
        known.epoch != context.vault.epoch || known.isDue(at: context.now)
            || (retriesOwnFailures && known.run == context.run)
    }

    /// Records that a group cannot be taken apart.
    ///
    /// - Returns: whether that is a failure of this run: it is new, and the group is not gone.
    func note(_ error: SyncError, of group: Entry, knowing known: FileRecord?) async throws -> Bool {
        let isGone = error.name == .sourceGone
        var record = FileRecord(
            group,
            status: isGone ? .skipped : .failed,
            author: context.author,
            previous: known,
            error: error.name
        )
        record.reason = error.reason
        record.isGroup = true
        record.pendingSince = context.now
        try await context.lease.check()
        try await context.records.save(record, in: context.vault.id)
        context.logger.warning(
            "group cannot be taken apart",
            metadata: [LogKey.errorType: "\(error.name.rawValue)", LogKey.errorReason: "\(error.reason ?? "")"]
        )
        let isOld = known?.pendingSince != nil && known?.run != context.run
        guard !isGone, !isOld else { return false }
        context.metrics.failed(error.name)
        return true
    }

    /// Records that a group can be taken apart again, where it could not before.
    func noteTakenApart(_ known: FileRecord?) async throws {
        guard var record = known, record.pendingSince != nil else { return }
        record.status = .deleted
        record.run = context.run
        record.epoch = context.vault.epoch
        record.attempts = 0
        (record.pendingSince, record.lastError, record.reason) = (nil, nil, nil)
        try await context.lease.check()
        try await context.records.save(record, in: context.vault.id)
    }
}
