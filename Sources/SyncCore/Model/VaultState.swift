/// What is remembered of a vault between runs: the item `state` of the table.
package struct VaultState: Codable, Hashable, Sendable {
    /// The folder of the mirror; fixed at the first run, so that renaming a vault moves nothing.
    package var folder: String
    /// The epoch that the cursor belongs to.
    package var epoch: String
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

    /// When the vault was last mirrored as a whole. An earlier release says only when its cursor was committed.
    package var lastComplete: Timestamp? { completed ?? (name == nil ? committed : nil) }

    /// Makes a state.
    package init(folder: String, epoch: String, cursor: SourceCursor?, run: RunID, committed: Timestamp) {
        self.folder = folder
        self.epoch = epoch
        self.cursor = cursor
        self.run = run
        self.committed = committed
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
