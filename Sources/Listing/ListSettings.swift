package import SyncCore

/// How large pages and batches are, and what deletions are allowed.
package struct ListSettings: Sendable {
    /// Entries of one batch, at most.
    package var batchSize = 100
    /// Bytes of one batch, about.
    package var batchBytes: Int64 = 512 << 20
    /// Batches of one page: with references of some 200 bytes its payload stays far under 64 KiB.
    package var batchesPerPage = 40
    /// Bytes of one page, about.
    package var bytesPerPage: Int64 = 16 << 30
    /// Calls for 100 records each that are on their way at once.
    package var readsInFlight = 4
    /// Single records, and the metadata of single objects, that are on their way at once.
    package var requestsInFlight = 16
    /// Groups that are taken apart at once. Each may cost a request or more, which providers allow few of: only the waiting is
    /// shared.
    package var groupsInFlight = 4
    /// A complete run of a vault of up to so many files looks at the metadata of every object; of a larger one at those of
    /// the objects that were written after their record.
    package var metadataLimit = 5000
    /// Which files are mirrored, in every vault.
    package var filter = PathFilter()
    /// A number from 0 up to 1, for jitter.
    package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
    /// Batches that are worked off at once, where the request does not say.
    package var maxConcurrent: Int?
    /// The most that the downloader's reserved concurrency allows.
    package var concurrencyLimit = 5
    /// History events after which a successor execution takes over.
    package var eventLimit = 12_000
    /// Which deletions are held back.
    package var brake = DeletionBrake()
    /// Whether vaults that others share with the account are mirrored without being named.
    package var takesShared = false
    /// Folders of the mirror that no vault may take.
    package var reservedFolders: [String] = []
    /// Whether files that are gone at the source are deleted, or kept; nil leaves it to the provider.
    package var deletions: DeletionPolicy?
    /// How long receipts are kept.
    package var receiptLifetime: Duration = .seconds(30 * 24 * 3600)

    /// Makes the default settings.
    package init() {}
}
