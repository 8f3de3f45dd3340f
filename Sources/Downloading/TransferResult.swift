import SyncCore

/// What came of a file, or of this attempt at it.
enum TransferResult: Sendable {
    case settled(BatchLedger.Outcome)
    /// The deadline came first; so many more parts are stored, and the next call goes on from there.
    case unfinished(parts: Int)
    /// The session broke; so many more parts are stored.
    case broke(SyncError, parts: Int)
}
