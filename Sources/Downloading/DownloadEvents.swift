package import SyncCore

/// The downloader's event.
package struct DownloadInput: Codable, Hashable, Sendable {
    /// The run.
    package var run: RunID
    /// What it was asked to do.
    package var request: SyncRequest
    /// The batch to work off.
    package var batch: BatchReference

    /// Makes an event.
    package init(run: RunID, request: SyncRequest, batch: BatchReference) {
        self.run = run
        self.request = request
        self.batch = batch
    }
}

/// The downloader's answer.
package struct DownloadOutput: Codable, Hashable, Sendable {
    /// Whether the batch is worked off.
    package enum Status: String, Codable, Sendable {
        /// Every entry is accounted for.
        case complete
        /// The deadline came first; the same batch is to be handed in again.
        case partial
    }

    /// Whether the batch is worked off.
    package var status: Status
    /// Files that this run stored of this batch.
    package var files: Int
    /// Their bytes.
    package var bytes: Int64
    /// Entries that failed.
    package var failed: Int
    /// Entries that cannot be stored.
    package var skipped: Int

    /// Makes an answer.
    package init(status: Status, files: Int, bytes: Int64, failed: Int, skipped: Int) {
        self.status = status
        (self.files, self.bytes, self.failed, self.skipped) = (files, bytes, failed, skipped)
    }
}
