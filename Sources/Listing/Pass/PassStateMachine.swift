import SyncCore

/// The steps of a run through its vaults within one call, and where each of them leads: what comes next, when the page is full,
/// how many rounds there are, and when a vault's cursor may be committed. It does nothing itself.
///
///     open → page → delete → settle ─┬─ a round of what failed → settle
///                                    └─ what stays failed is recorded → commit
struct PassStateMachine: Sendable {
    /// Rounds of one vault, the first included.
    static let rounds = 2

    /// What one page may hold, and one execution.
    struct Budget: Hashable, Sendable {
        /// Entries of one batch, at most.
        var batchSize: Int
        /// Batches of one page, at most.
        var batchesPerPage: Int
        /// Bytes of one page, about.
        var bytesPerPage: Int64
        /// Lines that are looked at together, at most.
        var linesAtOnce: Int
        /// History events after which a successor takes over.
        var eventLimit: Int

        /// Lines that are looked at together, at least: as many records as one request reads.
        var unit: Int { min(100, batchSize * batchesPerPage) }
    }

    /// What is to be done next.
    enum Action: Hashable, Sendable {
        /// Spool the listing; then ``spooled(_:)``, or ``spooledStretch()``.
        case spool
        /// Look at so many lines of the manifest, at most; then ``handedOut(upTo:)`` and the like, or ``manifestEnded()``.
        case handOut(lines: Int)
        /// Look at the records that are left; then ``drained()``, or ``cut()``.
        case drain
        /// Delete what a piece of the list names; then ``deleted(files:refused:upTo:)`` and ``pieceEnded()``.
        case delete(piece: Int, from: Int64)
        /// Hand out again what failed of a batch; then ``retried()``.
        case retry(batch: Int)
        /// Record what is not accounted for of a batch; then ``accounted(failed:)``.
        case account(batch: Int)
        /// Commit the vault's cursor: every entry is accounted for.
        case commit
        /// Answer with the page, or let the next call go on.
        case answer
    }

    /// What a call has to hand out.
    struct Page: Hashable, Sendable {
        var batches: [BatchReference] = []
        /// The bytes of their files, as far as they are known.
        var bytes: Int64 = 0
        /// Files that wait for their batch to be full, and their bytes.
        var waiting = PassCursor.Totals()
        /// Whether nothing more is begun in this call.
        var isCut = false

        var hasWork: Bool { !batches.isEmpty || waiting.files > 0 }
    }

    private(set) var cursor: PassCursor
    private(set) var page = Page()
    private let budget: Budget
    private let begun: [Int64]
    private var hasSpooledStretch = false

    init(_ cursor: PassCursor, _ budget: Budget) {
        self.cursor = cursor
        self.budget = budget
        begun = cursor.progress
    }

    /// Whether this call has come further than the one before: what it throws away then would be done again.
    var hasAdvanced: Bool { page.hasWork || hasSpooledStretch || cursor.progress != begun }

    /// Where the manifest is read from; its beginning outside that phase.
    var position: PassCursor.Position {
        if case .page(let place) = cursor.phase { place } else { .init() }
    }

    /// How many lines of the manifest to look at next; nil where the page has no room for as many as one request reads.
    ///
    /// Every line may turn out to be a file to fetch, and every file may fill a batch.
    var room: Int? {
        let whole = budget.batchSize * budget.batchesPerPage
        let left = whole - page.batches.count * budget.batchSize - page.waiting.files
        guard !page.isCut, left >= budget.unit, bytesLeft > 0, page.batches.count < budget.batchesPerPage else {
            return nil
        }
        return min(left / budget.unit * budget.unit, budget.linesAtOnce)
    }

    /// How many bytes there is room for.
    var bytesLeft: Int64 { budget.bytesPerPage - page.bytes - page.waiting.bytes }

    /// What comes next.
    mutating func next() -> Action {
        switch cursor.phase {
        case _ where page.isCut:
            return .answer
        case .open:
            return page.hasWork ? .answer : .spool
        case .page(let place):
            guard let room else { return .answer }
            return place.isDraining ? .drain : .handOut(lines: room)
        case _ where page.hasWork && !isRetrying:
            return .answer
        case .delete(let piece, let offset):
            if piece <= cursor.pieces { return .delete(piece: piece, from: offset) }
            cursor.phase = .settle(.init(next: cursor.firstBatch))
            return next()
        case .settle(let round):
            return settling(round)
        }
    }

    private var isRetrying: Bool {
        if case .settle(let round) = cursor.phase { round.next <= round.end } else { false }
    }

    private mutating func settling(_ round: PassCursor.Round) -> Action {
        if round.next <= round.end {
            return page.batches.count < budget.batchesPerPage ? .retry(batch: round.next) : .answer
        }
        guard cursor.problems > 0 else { return .commit }
        // A round in which tokens ran out while files were stored does not count: the next token stores more.
        guard round.number < Self.rounds || cursor.expired != nil else {
            return round.next <= cursor.batches ? .account(batch: round.next) : .commit
        }
        let number = cursor.expired == nil ? round.number + 1 : max(round.number, 2)
        cursor.expired = nil
        cursor.problems = 0
        cursor.phase = .settle(.init(number: number, next: round.next, end: cursor.batches))
        return next()
    }
}

// MARK: - What has happened

extension PassStateMachine {
    /// The run has the vault's lease, in this term.
    mutating func leased(term: Int64?) {
        cursor.term = term
    }

    /// The listing is spooled. What the plan says was done before counts on.
    mutating func spooled(_ plan: RunState.VaultPlan) {
        cursor.batches = plan.batches
        cursor.counted = plan.batches
        cursor.done = plan.done
        cursor.deleted = plan.deleted
        cursor.firstBatch = plan.batches + 1
        cursor.phase = .page(.init())
    }

    /// A stretch of the listing is spooled, and the next call goes on with it.
    mutating func spooledStretch() {
        hasSpooledStretch = true
        page.isCut = true
    }

    /// Everything in front of an offset of the manifest is accounted for or handed out.
    mutating func handedOut(upTo offset: Int64) {
        cursor.phase = .page(.init(offset: offset))
    }

    /// So many files of the group in the line at an offset are handed out, and some are not.
    mutating func handedOut(ofGroup files: Int, at offset: Int64) {
        cursor.phase = .page(.init(offset: offset, member: files))
    }

    /// Files wait for their batch to be full: so many by now.
    mutating func collected(_ waiting: PassCursor.Totals) {
        page.waiting = waiting
    }

    /// A batch was written.
    mutating func wrote(_ batch: BatchReference, bytes: Int64) {
        page.batches.append(batch)
        page.bytes += bytes
        page.waiting = .init()
        cursor.batches = batch.number
        guard case .page = cursor.phase else { return }
        cursor.planned.files += batch.files
        cursor.planned.bytes += bytes
    }

    /// There are no more lines in the manifest.
    mutating func manifestEnded() {
        cursor.phase = .page(.init(offset: position.offset, isDraining: true))
    }

    /// What comparing has found by the end of this call.
    mutating func compared(_ found: PassCursor.Findings, pieces: Int) {
        cursor.found = found
        cursor.pieces = pieces
    }

    /// Lines and records are all compared.
    mutating func drained() {
        cursor.phase = .delete(piece: 1, offset: 0)
    }

    /// Nothing is deleted.
    mutating func deletesNothing() {
        cursor.phase = .delete(piece: cursor.pieces + 1, offset: 0)
    }

    /// What a piece of the list names in front of an offset is deleted, but for what the store does not let go.
    mutating func deleted(files: Int, refused: Int, upTo offset: Int64) {
        guard case .delete(let piece, _) = cursor.phase else { return }
        cursor.phase = .delete(piece: piece, offset: offset)
        cursor.deleted += files
        cursor.failed += refused
        if refused > 0 { cursor.kept = (cursor.kept ?? 0) + refused }
    }

    /// A piece of the list is worked off.
    mutating func pieceEnded() {
        guard case .delete(let piece, _) = cursor.phase else { return }
        cursor.phase = .delete(piece: piece + 1, offset: 0)
    }

    /// An entry that no batch can hold could not be mirrored.
    mutating func itemFailed() {
        cursor.failed += 1
    }

    /// A receipt of a batch that was handed out and not counted yet.
    mutating func counted(_ receipt: Receipt) {
        cursor.done.files += receipt.files
        cursor.done.bytes += receipt.bytes
        cursor.done.skipped += receipt.skipped
        if !receipt.failures.isEmpty || receipt.error != nil { cursor.problems += 1 }
        if receipt.error == .tokenExpired, receipt.files > 0 {
            cursor.expired = (cursor.expired ?? 0) + 1
        }
    }

    /// So many receipts were counted, and there are no more.
    mutating func countedAll(_ receipts: Int) {
        cursor.problems += cursor.batches - cursor.counted - receipts
        cursor.counted = cursor.batches
    }

    /// Somebody has signed in since a token was refused: what a dead token cost is no attempt at the files.
    mutating func tokenWasRenewed() {
        guard case .settle(var round) = cursor.phase else { return }
        round.number = max(1, round.number - 1)
        cursor.phase = .settle(round)
    }

    /// What failed of the batch at hand is handed out once more.
    mutating func retried() {
        advanceRound()
    }

    /// What failed of the batch at hand has its records now: so many files.
    mutating func accounted(failed: Int) {
        cursor.failed += failed
        advanceRound()
    }

    private mutating func advanceRound() {
        guard case .settle(var round) = cursor.phase else { return }
        round.next += 1
        cursor.phase = .settle(round)
    }

    /// Nothing more is begun in this call.
    mutating func cut() {
        page.isCut = true
    }

    /// What this call was to hand out is void.
    mutating func discardPage() {
        page = Page()
    }
}

// MARK: - The run

extension PassStateMachine {
    /// Whether the history is so long that a successor has to take over.
    var needsSuccessor: Bool { cursor.events >= budget.eventLimit }

    /// Whether the call ends here.
    var isAnswerDue: Bool { !page.batches.isEmpty || page.isCut }

    /// A successor takes over.
    mutating func handOver() {
        cursor.events = 0
        cursor.generation += 1
    }

    /// The call is answered: a page causes some 12 events, and each batch some 13.
    mutating func answered() {
        cursor.events += 12 + 13 * page.batches.count
    }

    /// The vault's part of the run is over.
    mutating func leaveVault() {
        cursor = cursor.ofNextVault
    }

    /// The run goes on with another vault, because a redrive has opened it again.
    mutating func reopened(_ redrive: Redrive?, at vault: Int) {
        cursor = PassCursor(vault: vault, events: cursor.events, generation: cursor.generation)
        cursor.reopened = redrive
    }
}
