package import Clocks

/// What is remembered of a vault between runs: the item `state` of the table.
package struct VaultState: Codable, Hashable, Sendable {
    /// The folder of the mirror; fixed at the first run, so that renaming a vault moves nothing.
    package var folder: String
    /// The epoch that the cursor belongs to.
    package var epoch: VaultEpoch
    /// Everything up to here is accounted for.
    package var cursor: SourceCursor?
    /// The run that committed the cursor.
    package var run: RunID
    /// When it was committed.
    package var committed: Timestamp
    /// The name that people gave the vault, as of the last commit; nil where an earlier release wrote this.
    package var name: String?
    /// When the last run ended that left nothing to do; nil where there was none, or an earlier release wrote this.
    package var completed: Timestamp?
    /// How many records the vault has, about; nil where nobody has counted.
    package var records: Int?
    /// The patterns that decided what the cursor passed by; nil is the standard alone.
    package var filter: PathFilter?
    /// The account that the vault was seen under, as the provider names it for good.
    package var account: String?
    /// Where the vault's password came from; never the password.
    package var passwordSource: String?
    /// Whether somebody has said that the vault, which left the account, is to be spoken of no more.
    package var isForgotten: Bool?
    /// The vault's term that the cursor was committed in.
    package var term: Int64?
    /// What was deleted on each of the last days, by ascending day.
    package var deletions: [DayOfDeletions]?
    /// Deletions that the last run held back; nil for none.
    package var held: HeldDeletions?
    /// The form that this was written in; nil in what the first release wrote.
    package var form: DataForm?

    /// When the vault was last mirrored as a whole. An earlier release says only when its cursor was committed.
    package var lastComplete: Timestamp? { completed ?? (name == nil ? committed : nil) }

    private enum CodingKeys: String, CodingKey {
        case folder, epoch, cursor, run, committed, name, completed, records, filter, account, term, deletions, form
        case held
        case passwordSource = "password_source"
        case isForgotten = "forgotten"
    }

    /// Makes a state; what is known of the vault besides goes on from the state before.
    package init(
        folder: String,
        epoch: VaultEpoch,
        cursor: SourceCursor?,
        run: RunID,
        committed: Timestamp,
        previous: VaultState? = nil
    ) {
        self.folder = folder
        self.epoch = epoch
        self.cursor = cursor
        self.run = run
        self.committed = committed
        form = .current
        account = previous?.account
        passwordSource = previous?.passwordSource
        term = previous?.term
        deletions = previous?.deletions
        held = previous?.held
    }

    /// Adds files that were deleted, and forgets the days that are more than a week ago.
    package mutating func noteDeletions(files: Int, bytes: Int64, at now: Timestamp) {
        let today = DayOfDeletions(at: now)
        var days = deletions ?? []
        if let index = days.firstIndex(where: { $0.day == today.day }) {
            days[index].files += files
            days[index].bytes += bytes
        } else if files > 0 {
            days.append(DayOfDeletions(day: today.day, files: files, bytes: bytes))
        }
        days.removeAll { $0.day <= today.day - DayOfDeletions.remembered }
        deletions = days.isEmpty ? nil : days.sorted { $0.day < $1.day }
    }
}

/// What was deleted from a vault's mirror on one day.
package struct DayOfDeletions: Codable, Hashable, Sendable {
    /// The day in UTC, counted from 1970-01-01.
    package var day: Int
    /// Files that were deleted.
    package var files: Int
    /// Their bytes, as far as they were known.
    package var bytes: Int64

    /// How many days are remembered, today included.
    package static let remembered = 7

    /// Makes a day.
    package init(day: Int, files: Int, bytes: Int64) {
        self.day = day
        self.files = files
        self.bytes = bytes
    }

    fileprivate init(at time: Timestamp) {
        self.init(day: Int(time.milliseconds / 86_400_000), files: 0, bytes: 0)
    }
}

/// How far a pass over a vault has come: the item `progress` of the table, read by `status`.
package struct VaultProgress: Codable, Hashable, Sendable {
    /// Where the pass stands.
    package enum Phase: String, Codable, Sendable {
        case listing, downloading, settling, completed, failed
    }

    /// The run that the numbers are of.
    package var run: RunID
    /// Where the pass stands.
    package var phase: Phase
    /// Files that the run has to fetch, as far as it is known.
    package var filesTotal: Int
    /// Files that it has fetched.
    package var filesComplete: Int
    /// Bytes that the run has to fetch, as far as they are known.
    package var bytesTotal: Int64
    /// Bytes that it has fetched.
    package var bytesComplete: Int64
    /// When this was written.
    package var updated: Timestamp

    private enum CodingKeys: String, CodingKey {
        case run, phase, updated
        case filesTotal = "files_total"
        case filesComplete = "files_complete"
        case bytesTotal = "bytes_total"
        case bytesComplete = "bytes_complete"
    }

    /// How long progress is kept after the end of a pass.
    package static let lifetime: Duration = .seconds(24 * 3600)

    /// When the progress may be forgotten; nil while the pass goes on.
    package var expires: Timestamp? {
        phase == .completed || phase == .failed ? updated.advanced(by: Self.lifetime) : nil
    }

    /// Makes the progress of a pass that begins.
    package init(run: RunID, phase: Phase, updated: Timestamp) {
        self.run = run
        self.phase = phase
        self.updated = updated
        filesTotal = 0
        filesComplete = 0
        bytesTotal = 0
        bytesComplete = 0
    }
}
