package import Authenticating
package import Clocks
package import Downloading
package import Listing
import Logging
package import SyncCore
import Synchronization
package import TestSupport

/// Everything a run touches, in memory, and a driver that goes through the states as the state machine does.
package struct World: Sendable {
    /// The provider's account.
    package let library = FakeLibrary()
    /// Where the files go.
    package var mirror = MemoryObjectStore()
    /// The name of that place.
    package var destination = "here"
    /// Where manifests and batches are.
    package let state = MemoryObjectStore(chunkSize: 500)
    /// Where the records are.
    package let records = MemoryRecordStore()
    /// Where the credentials are.
    package let secrets = MemorySecretStore(Secret(["provider": .string("fake")]))
    /// Time, which passes only when somebody sleeps.
    package let clock = InstantClock()
    /// What the functions have told anybody.
    package let tellings = Tellings()
    /// What each run's last call of the lister was given: a redrive begins with it again.
    package let lastInputs = LastInputs()
    /// What goes wrong with the mirror.
    package let mirrorFaults = Faults<FaultyObjectStore.Operation>()
    /// What goes wrong with manifests and batches.
    package let stateFaults = Faults<FaultyObjectStore.Operation>()
    /// What goes wrong with the records.
    package let recordFaults = Faults<FaultyRecordStore.Operation>()
    /// The lister's settings.
    package var listing = ListSettings()
    /// The downloader's settings.
    package var downloading = DownloadSettings()
    /// The invariants that a test breaks on purpose.
    package var excused: Set<MirrorEvidence.Rule> = []

    /// Makes a world without vaults.
    package init() {
        downloading.random = { 0.5 }
        // Faults that are planned for calls in order must not depend on how tasks are scheduled.
        downloading.storesInFlight = 1
    }

    /// A world with one vault `notes` of the name `Notes`.
    package static func withNotes(_ files: [String: String] = [:]) -> World {
        let world = World()
        world.library.addVault(.notes)
        for (path, text) in files.sorted(by: { $0.key < $1.key }) { world.write(text, to: path) }
        return world
    }

    /// Writes a file at the source.
    package func write(_ text: String, to path: String, in vault: VaultID = .notes) {
        library.write(Array(text.utf8), to: VaultPath(path), in: vault)
    }

    /// Deletes a file at the source.
    package func delete(_ path: String, in vault: VaultID = .notes) {
        library.delete(VaultPath(path), in: vault)
    }

    /// Renames a file at the source.
    package func rename(_ old: String, to new: String, in vault: VaultID = .notes) {
        library.rename(VaultPath(old), to: VaultPath(new), in: vault)
    }

    /// The mirror as texts by key.
    package var texts: [String: String] {
        Dictionary(mirror.objects.map { ($0.rawValue, String(decoding: $1.bytes, as: UTF8.self)) }) { first, _ in first
        }
    }

    /// What is known of a file.
    package func record(_ path: String, in vault: VaultID = .notes) -> FileRecord? {
        records.files(of: vault)[VaultPath(path)]
    }

    /// What the lister and the downloader work with.
    package var ports: SyncPorts {
        get async throws {
            .init(
                provider: FakeProvider(library),
                secret: try await secrets.current().secret,
                mirror: FaultyObjectStore(mirror, fail: mirrorFaults),
                destination: destination,
                state: FaultyObjectStore(state, fail: stateFaults),
                records: FaultyRecordStore(records, fail: recordFaults),
                clock: clock
            )
        }
    }

    /// When a call has to end.
    package var deadline: Timestamp { clock.now.advanced(by: .seconds(300)) }

    /// Calls the authenticator.
    package func authenticate(_ json: String) async throws -> AuthenticateOutput {
        let authenticate = Authenticate(
            AuthenticatePorts(
                secrets: secrets,
                providers: [FakeProvider(library)],
                records: records,
                clock: clock,
                notify: tellings.notify
            ),
            settings: AuthenticateSettings(),
            allowedBuckets: [],
            makeRunID: { nil }
        )
        return try await tellings.keeping {
            try await authenticate(
                FunctionJSON.decode(AuthenticateInput.self, from: Array(json.utf8)),
                logger: tellings.logger
            )
        }
    }

    /// Calls the lister.
    package func list(_ input: ListInput, deadline: Timestamp? = nil) async throws -> ListOutput {
        let list = ListPage(try await ports, settings: listing)
        return try await tellings.keeping {
            try await list(input, deadline: deadline ?? self.deadline, logger: tellings.logger)
        }
    }

    /// Calls the downloader.
    package func download(
        _ batch: BatchReference,
        of run: RunID = .first,
        _ request: SyncRequest = SyncRequest(),
        deadline: Timestamp? = nil
    ) async throws -> DownloadOutput {
        let download = DownloadBatch(
            try await ports,
            settings: downloading,
            makeHasher: { FingerprintHasher() }
        )
        let input = DownloadInput(run: run, request: request, batch: batch)
        return try await tellings.keeping {
            try await download(input, deadline: deadline ?? self.deadline, logger: tellings.logger)
        }
    }
}

/// What each run's last call of the lister was given.
package final class LastInputs: Sendable {
    private let inputs = Mutex<[RunID: ListInput]>([:])

    /// The last input of a run.
    package subscript(_ run: RunID) -> ListInput? {
        get { inputs.withLock { $0[run] } }
        set { inputs.withLock { $0[run] = newValue } }
    }
}
