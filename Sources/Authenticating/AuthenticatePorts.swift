package import Clocks
package import SyncCore

/// What the authenticator works with.
package struct AuthenticatePorts: Sendable {
    /// Where the credentials are.
    package var secrets: any SecretStore
    /// The clouds that this build knows.
    package var providers: [any LibraryProvider]
    /// Where the lease on renewing and the notes are.
    package var records: any RecordStore
    /// Wall time.
    package var clock: any WallClock
    /// Tells a person; nil where nobody wants to be told.
    package var notify: Notifier?

    /// Collects the ports.
    package init(
        secrets: any SecretStore,
        providers: [any LibraryProvider],
        records: any RecordStore,
        clock: any WallClock,
        notify: Notifier? = nil
    ) {
        self.secrets = secrets
        self.providers = providers
        self.records = records
        self.clock = clock
        self.notify = notify
    }
}

/// Limits of the authenticator.
package struct AuthenticateSettings: Hashable, Sendable {
    /// A token with less than this left is renewed.
    package var refreshBefore: Duration = .seconds(24 * 3600)
    /// A token that cannot be renewed is warned of when less than this is left.
    package var warnBefore: Duration = .seconds(72 * 3600)
    /// What people call the deployment.
    package var deployment = "obsync"

    /// Makes the settings of a deployment that says nothing.
    package init() {}
}
