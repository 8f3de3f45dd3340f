import Clocks
import SyncCore

/// Commits a vault's cursor, which comes last: every entry up to it is accounted for.
struct CommitStage: Sendable {
    /// So few files may change at once without a word.
    private static let handful = 10

    private let context: PassContext

    init(_ context: PassContext) {
        self.context = context
    }

    /// Writes the vault's state.
    ///
    /// - Returns: whether the cursor was committed. Deletions that the store refused would be forgotten with it: then it
    ///   stays where it is, and the next run finds them again. Those that were held back are on a list of their own.
    /// - Throws: ``LeaseLost``.
    func commit(_ plan: RunState.VaultPlan, _ cursor: PassCursor) async throws -> Bool {
        let known = try await context.records.state(of: context.vault.id)
        var state = known
        let isNoted = plan.withheld == 0 || (plan.held != nil && context.ports.provider.hasVaultFolders)
        let commits = plan.listing.map { !$0.isOfFailures && isNoted && cursor.kept ?? 0 == 0 } ?? false
        if commits, let listing = plan.listing { state = self.state(known, plan, listing, cursor) }
        guard var state else { return commits }
        if plan.withheld > 0 { state.held = plan.held } else if commits { state.held = nil }
        state.run = context.run
        state.name = context.vault.name
        // What is mirrored may be whole although the cursor stays where it is.
        state.completed = cursor.failed == 0 && plan.withheld == 0 ? context.now : known?.lastComplete
        guard try await context.records.commit(state, of: context.vault.id) else { throw LeaseLost() }
        if let old = known?.held, old.id != state.held?.id { await HeldList(context).remove(old.id) }
        return commits
    }

    /// How large a part of a vault's files took the place of earlier versions; nil where it is clear that it is none worth a word.
    ///
    /// How many records there are is known as an upper bound only, so they are counted where it may matter.
    func replaced(_ plan: RunState.VaultPlan, _ cursor: PassCursor) async throws -> RunState.Share? {
        guard let replaced = cursor.found.replaced, replaced > Self.handful,
            replaced * 10 > plan.listing?.records ?? 0
        else { return plan.replaced }
        var all = 0
        var pages = context.records.allRecords(in: context.vault.id, after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            all += page.count { $0.isGroup != true && $0.status != .deleted }
        }
        return RunState.Share(files: replaced, all: all)
    }

    /// The state with a new cursor. What else is known of the vault stays.
    private func state(
        _ known: VaultState?,
        _ plan: RunState.VaultPlan,
        _ listing: RunState.Listing,
        _ cursor: PassCursor
    ) -> VaultState {
        var state = VaultState(
            folder: context.folder,
            epoch: context.vault.epoch,
            cursor: listing.cursor,
            run: context.run,
            committed: context.now,
            previous: known
        )
        state.account = context.vault.account ?? known?.account
        let isCounted = listing.walksRecords == true && listing.isSnapshot
        state.records = (isCounted ? cursor.found.records : listing.records).map { $0 + cursor.planned.files }
        state.passwordSource = context.vault.passwordSource?.rawValue ?? state.passwordSource
        state.filter = plan.filter == PathFilter() ? nil : plan.filter
        // Whoever lets deletions pass has looked at them: the week begins anew.
        let isAllowed = plan.isApproved == true || context.input.request.options.allowDeletions
        if isAllowed { state.deletions = nil }
        let removed = isAllowed ? .init() : plan.removed ?? .init()
        state.noteDeletions(files: removed.files, bytes: removed.bytes, at: context.now)
        return state
    }
}
