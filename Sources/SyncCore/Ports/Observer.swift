/// What a person who watches a run is told. Nothing depends on it.
package enum SyncEvent: Sendable {
    /// A vault's listing is complete; so many files are to be fetched.
    case listed(vault: String, entries: Int)
    /// Batches were handed out.
    case planned(vault: String, files: Int, bytes: Int64)
    /// A file is stored and verified.
    case stored(vault: String, path: VaultPath, bytes: Int64)
    /// A file was copied within the store, because it was renamed only.
    case copied(vault: String, path: VaultPath)
    /// A file was deleted because it is gone at the source.
    case deleted(vault: String, path: VaultPath)
    /// A file could not be stored.
    case failed(vault: String, path: VaultPath, error: SyncError.Name)
}

/// Receives events as they happen. It must return quickly.
package typealias SyncObserver = @Sendable (SyncEvent) -> Void
