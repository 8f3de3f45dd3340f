/// What a person who watches a run is told. Nothing depends on it.
package enum SyncEvent: Sendable {
    /// A vault's listing is complete; so many files are to be fetched.
    case listed(vault: String, entries: Int)
    /// Batches were handed out.
    case planned(vault: String, files: Int, bytes: Int64)
    /// A file is stored and verified.
    case stored(vault: String, path: VaultPath, bytes: Int64)
    /// A file's bytes have passed from the source into the store. Not told of files that were found to be there.
    case transferred(bytes: Int64, TransferInterval)
    /// A file was copied within the store, because it was renamed only.
    case copied(vault: String, path: VaultPath)
    /// A file was deleted because it is gone at the source.
    case deleted(vault: String, path: VaultPath)
    /// A file could not be stored.
    case failed(vault: String, path: VaultPath, error: SyncError.Name)
}

/// Receives events as they happen. It must return quickly.
package typealias SyncObserver = @Sendable (SyncEvent) -> Void

/// How long the transfer of one file took, as far as one call saw it.
package struct TransferInterval: Hashable, Sendable {
    /// From asking the source to the object being visible and recorded.
    package var duration: Duration
    /// From asking the source to its first bytes; nil for an empty file.
    package var firstByte: Duration?

    /// Makes an interval.
    package init(duration: Duration, firstByte: Duration?) {
        self.duration = duration
        self.firstByte = firstByte
    }
}
