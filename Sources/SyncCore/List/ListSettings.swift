/// How large pages and batches are, and what deletions are allowed.
package struct ListSettings: Sendable {
    /// Entries of one batch, at most.
    package var batchSize = 100
    /// Bytes of one batch, about.
    package var batchBytes: Int64 = 512 << 20
    /// Batches of one page.
    package var batchesPerPage = 40
    /// Batches that are worked off at once, where the request does not say.
    package var maxConcurrent: Int?
    /// The most that the downloader's reserved concurrency allows.
    package var concurrencyLimit = 5
    /// History events after which a successor execution takes over.
    package var eventLimit = 12_000
    /// Deletions up to this number are never held back.
    package var brakeFiles = 100
    /// Deletions up to this share of a vault's files are never held back.
    package var brakeShare = 0.2
    /// Folders of the mirror that no vault may take.
    package var reservedFolders: [String] = []
    /// Whether files that are gone at the source are deleted, or kept.
    package var deletions = Deletions.mirror
    /// How long receipts are kept.
    package var receiptLifetime: Duration = .seconds(30 * 24 * 3600)

    /// What happens to files that are gone at the source.
    package enum Deletions: String, Sendable {
        case mirror, keep
    }

    /// Makes the default settings.
    package init() {}
}
