/// What a person who watches a run is told. Nothing depends on it.
package enum SyncEvent: Sendable {
    /// A vault is being listed; so many entries have come so far.
    case listing(vault: String, entries: Int)
    /// A vault's listing is complete: so many entries, so many of them files that are there, with the bytes that are known.
    case listed(vault: String, entries: Int, files: Int, bytes: Int64)
    /// Files of the listing need nothing: they are mirrored already.
    case unchanged(vault: String, files: Int, bytes: Int64)
    /// So many bytes came from the source, of whatever file.
    case received(bytes: Int64)
    /// Batches were handed out.
    case planned(vault: String, files: Int, bytes: Int64)
    /// A file is stored and verified.
    case stored(vault: String, path: VaultPath, bytes: Int64)
    /// A file was copied within the store, because it was renamed only.
    case copied(vault: String, path: VaultPath)
    /// A file was deleted because it is gone at the source.
    case deleted(vault: String, path: VaultPath)
    /// A file that is gone at the source could not be deleted, for the store's reason.
    case refusedDeletion(vault: String, path: VaultPath, reason: String)
    /// A file could not be stored.
    case failed(vault: String, path: VaultPath, error: SyncError.Name)
}

/// Receives events as they happen. It must return quickly.
package typealias SyncObserver = @Sendable (SyncEvent) -> Void
