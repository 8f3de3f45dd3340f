package import Clocks
package import SyncCore

/// Sizes and limits of a downloader.
package struct DownloadSettings: Sendable {
    /// How bodies are cut.
    package var upload = UploadSettings()
    /// Bodies that are fetched at once, at most, where the source gives several.
    package var fetchesInFlight = 16
    /// Small files that are being stored at once, at most, while a source that gives one body at a time gives the next.
    package var storesInFlight = 16
    /// Bytes of files that are held in memory at once, at most.
    package var bytesInFlight = 64 << 20
    /// How often a session that breaks is opened again within one call.
    package var sessionAttempts = 4
    /// The wait before a session is opened again: doubled each time, and jittered.
    package var sessionBackoff = Backoff(first: .seconds(1))
    /// A file at which sessions break so often, without a part of it arriving between, is given up for this round.
    package var breaksPerFile = 2
    /// How often a body or a range is fetched within one session, at most, where the source gives several at once.
    package var attempts = 4
    /// The waits before a body or a range is fetched again, unless somebody asks for longer ones; jittered.
    package var retryBackoff = Backoff(first: .milliseconds(500), longest: .seconds(20))
    /// How often bodies and ranges are fetched again within one call, all together.
    package var retryAllowance = 100
    /// Tells how much memory is used.
    package var sampleResources: ResourceSampler = { nil }
    /// Whether the process has been asked to end: as at the deadline, nothing new is begun then.
    package var isStopping: @Sendable () -> Bool = { false }
    /// How long receipts are kept.
    package var receiptLifetime: Duration = .seconds(30 * 24 * 3600)
    /// A number from 0 up to 1, for jitter.
    package var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    /// Makes the default settings.
    package init() {}
}
