import Checksums
import Clocks
import Logging
import SyncCore

/// What all transfers of one call work with: the store, the time that there is, and what keeps them within limits.
struct TransferContext: Sendable {
    let mirror: any ObjectStore
    let settings: DownloadSettings
    let makeHasher: MakeContentHasher
    let time: TransferTime
    let logger: Logger
    let governor: MemoryGovernor
    let retries: RetryAllowance
    /// How many files may be under way; one for all sessions of the call.
    let limit: AdaptiveLimit
    /// How fast the parts of large files come in.
    let line = LineSpeed()

    init(
        _ mirror: any ObjectStore,
        _ settings: DownloadSettings,
        makeHasher: @escaping MakeContentHasher,
        time: TransferTime,
        logger: Logger
    ) {
        self.mirror = mirror
        self.settings = settings
        self.makeHasher = makeHasher
        self.time = time
        self.logger = logger
        governor = MemoryGovernor(settings.sampleResources, clock: time.clock)
        limit = AdaptiveLimit(settings.fetchesInFlight)
        retries = RetryAllowance(settings, clock: time.clock, deadline: time.deadline)
    }

    /// How many ranges of one file may be read at once.
    func rangesInFlight(of session: any VaultSession) -> Int {
        min(settings.upload.partsInFlight, session.concurrentFetches)
    }

    /// Throws an upload away, as far as that is possible before the process ends.
    func abandon(_ upload: MultipartUpload) async {
        await mirror.abandon(upload, until: time.cleanUpLimit)
    }
}
