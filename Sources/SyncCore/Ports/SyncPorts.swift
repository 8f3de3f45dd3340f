package import Clocks

/// What lister and downloader work with, for one account and one destination.
package struct SyncPorts: Sendable {
    /// The cloud.
    package var provider: any LibraryProvider
    /// The account's credentials.
    package var secret: Secret
    /// Where the files are.
    package var mirror: any ObjectStore
    /// Names the place that `mirror` is: what is known of one place says nothing of another.
    package var destination: String
    /// Where manifests and batches are.
    package var state: any ObjectStore
    /// Where the records are.
    package var records: any RecordStore
    /// Wall time.
    package var clock: any WallClock

    /// Collects the ports.
    package init(
        provider: any LibraryProvider,
        secret: Secret,
        mirror: any ObjectStore,
        destination: String,
        state: any ObjectStore,
        records: any RecordStore,
        clock: any WallClock
    ) {
        self.provider = provider
        self.secret = secret
        self.mirror = mirror
        self.destination = destination
        self.state = state
        self.records = records
        self.clock = clock
    }
}
