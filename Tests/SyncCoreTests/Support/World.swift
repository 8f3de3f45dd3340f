import Logging
import Synchronization
import TestSupport

@testable import SyncCore

/// Everything a run touches, in memory, and a driver that goes through the states as the state machine does.
struct World: Sendable {
    let library = FakeLibrary()
    var mirror = MemoryObjectStore()
    var destination = "here"
    let state = MemoryObjectStore(chunkSize: 500)
    let records = MemoryRecordStore()
    let secrets = MemorySecretStore(Secret(["provider": .string("fake")]))
    let clock = InstantClock()
    /// What each run's last call of the lister was given: a redrive begins with it again.
    let lastInputs = LastInputs()
    let mirrorFaults = Faults<FaultyObjectStore.Operation>()
    let stateFaults = Faults<FaultyObjectStore.Operation>()
    let recordFaults = Faults<FaultyRecordStore.Operation>()
    var listing = ListSettings()
    var downloading = DownloadSettings()
    /// The invariants that a test breaks on purpose.
    var excused: Set<MirrorEvidence.Rule> = []

    init() {
        downloading.random = { 0.5 }
        // Faults that are planned for calls in order must not depend on how tasks are scheduled.
        downloading.storesInFlight = 1
    }

    /// A world with one vault `notes` of the name `Notes`.
    static func withNotes(_ files: [String: String] = [:]) -> World {
        let world = World()
        world.library.addVault(.notes)
        for (path, text) in files.sorted(by: { $0.key < $1.key }) { world.write(text, to: path) }
        return world
    }

    func write(_ text: String, to path: String, in vault: VaultID = .notes) {
        library.write(Array(text.utf8), to: VaultPath(path), in: vault)
    }

    func delete(_ path: String, in vault: VaultID = .notes) {
        library.delete(VaultPath(path), in: vault)
    }

    func rename(_ old: String, to new: String, in vault: VaultID = .notes) {
        library.rename(VaultPath(old), to: VaultPath(new), in: vault)
    }

    /// The mirror as texts by key.
    var texts: [String: String] {
        Dictionary(mirror.objects.map { ($0.rawValue, String(decoding: $1.bytes, as: UTF8.self)) }) { first, _ in first
        }
    }

    func record(_ path: String, in vault: VaultID = .notes) -> FileRecord? {
        records.files(of: vault)[VaultPath(path)]
    }

    var ports: SyncPorts {
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

    var deadline: Timestamp { clock.now.advanced(by: .seconds(300)) }

    func authenticate(_ json: String) async throws -> AuthenticateOutput {
        let authenticate = Authenticate(
            AuthenticatePorts(secrets: secrets, providers: [FakeProvider(library)], records: records, clock: clock),
            settings: AuthenticateSettings(),
            allowedBuckets: [],
            makeRunID: { nil }
        )
        return try await authenticate(
            FunctionJSON.decode(AuthenticateInput.self, from: Array(json.utf8)),
            logger: .quiet
        )
    }

    func list(_ input: ListInput, deadline: Timestamp? = nil) async throws -> ListOutput {
        let list = ListPage(try await ports, settings: listing)
        return try await list(input, deadline: deadline ?? self.deadline, logger: .quiet)
    }

    func download(
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
        return try await download(input, deadline: deadline ?? self.deadline, logger: .quiet)
    }
}

final class LastInputs: Sendable {
    private let inputs = Mutex<[RunID: ListInput]>([:])

    subscript(_ run: RunID) -> ListInput? {
        get { inputs.withLock { $0[run] } }
        set { inputs.withLock { $0[run] = newValue } }
    }
}

extension Vault {
    static let notes = Vault(id: .notes, name: "Notes", epoch: "epoch-1")
}

// swift-format-ignore: NeverForceUnwrap
extension VaultID {
    static let notes = VaultID("notes-id")!
    static let work = VaultID("work-id")!
}

// swift-format-ignore: NeverForceUnwrap
extension RunID {
    static let first = RunID("run-1")!
    static let second = RunID("run-2")!
    static let third = RunID("run-3")!
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
