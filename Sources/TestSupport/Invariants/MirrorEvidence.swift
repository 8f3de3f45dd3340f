package import Checksums
package import Clocks
package import SyncCore

/// What ``MirrorInvariants`` looks at once a run is over: the ports that it worked on, and what it has told.
///
/// What a test cannot give stays as it is here, and the rules that need it find nothing.
package struct MirrorEvidence: Sendable {
    /// The rules, so that a test that breaks one on purpose can say so.
    package enum Rule: String, CaseIterable, Sendable {
        /// Each record that is COMPLETED has an object with the recorded hash and size.
        case objects
        /// Nothing older replaces anything newer.
        case versions
        /// No upload is open that no record names.
        case uploads
        /// No lease stands after the end of a run.
        case leases
        /// Nothing private is told.
        case secrecy
        /// A run that has nothing to do writes nothing.
        case idleness
        /// Every file that failed or was left out is counted and named.
        case failures
        /// Every key lies under its prefix, in the folder of a vault that has a record of it.
        case keys
        /// Nothing is deleted without a listing that was read to its end, or past the brake.
        case deletions
        /// Nothing that others have stored is touched.
        case strangers
    }

    /// A vault that is mirrored.
    package struct WatchedVault: Sendable {
        /// Its id.
        package var id: VaultID
        /// Its folder in the mirror; empty where it has none.
        package var folder: String

        /// Makes one.
        package init(id: VaultID, folder: String) {
            self.id = id
            self.folder = folder
        }

        /// All vaults of a library, each in the folder that it has, or would get.
        package static func all(
            of library: FakeLibrary,
            in records: any RecordStore,
            hasVaultFolders: Bool = true
        ) async throws -> [WatchedVault] {
            var vaults: [WatchedVault] = []
            for vault in library.vaults.map(\.vault) {
                let folder = try await records.state(of: vault.id)?.folder
                vaults.append(.init(id: vault.id, folder: folder ?? (hasVaultFolders ? vault.name : "")))
            }
            return vaults
        }
    }

    /// Something that a run has told somebody.
    package struct Told: Sendable {
        /// Where it was told, such as `log` or `history`.
        package var place: String
        /// What was told.
        package var text: String

        /// Makes one.
        package init(_ place: String, _ text: String) {
            self.place = place
            self.text = text
        }
    }

    /// The records.
    package var records: any RecordStore
    /// The mirror.
    package var mirror: any ObjectStore
    /// The working data of runs.
    package var state: any ObjectStore
    /// The vaults that are mirrored.
    package var vaults: [WatchedVault]
    /// Makes the hashers that the run used.
    package var makeHasher: MakeContentHasher
    /// The time.
    package var clock: any WallClock
    /// Tells who holds the lease of a vault; nil where that has to be found out by asking for it, which begins a term: no
    /// earlier run can be gone on with then.
    package var leaseOwner: (@Sendable (VaultID) async throws -> RunID?)?
    /// What was told: lines of a log from `info` on, metrics, histories, outputs, events, alerts, errors.
    package var told: [Told] = []
    /// What must not be told: tokens, passwords, keys, paths, texts of notes.
    package var secrets: [String] = []
    /// What a run that had nothing to do has written.
    package var idleWrites: [String] = []
    /// How many files failed, by what the run has reported; nil where it reported nothing.
    package var reportedFailures: Int?
    /// How many files wait, by what was measured last; nil where nothing was.
    package var measuredPending: Int?
    /// The records as they were before the run, by vault.
    package var recordsBefore: [VaultID: [VaultPath: FileRecord]] = [:]
    /// All keys of the bucket with what each may begin with; empty where the mirror has none.
    package var keys: (all: [String], prefixes: [String]) = ([], [])
    /// Objects that others have stored in the mirror, as they were.
    package var strangers: [String: [UInt8]] = [:]
    /// Whether the version that an object states is asked for; it costs a request an object.
    package var readsAttributes = true
    /// Whether files that are gone at the source are kept.
    package var keepsDeleted = false
    /// Rules that the test breaks on purpose.
    package var excused: Set<Rule> = []

    /// Makes evidence of ports alone.
    package init(
        records: any RecordStore,
        mirror: any ObjectStore,
        state: any ObjectStore,
        vaults: [WatchedVault],
        makeHasher: @escaping MakeContentHasher,
        clock: any WallClock
    ) {
        self.records = records
        self.mirror = mirror
        self.state = state
        self.vaults = vaults
        self.makeHasher = makeHasher
        self.clock = clock
    }
}
