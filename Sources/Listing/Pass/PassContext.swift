import Clocks
import Logging
import SyncCore

/// What the stages of one vault's pass work with in one call: the ports, the settings, and whose work it is.
struct PassContext: Sendable {
    let input: ListInput
    let ports: SyncPorts
    let settings: ListSettings
    let vault: Vault
    /// The folder of the mirror that the vault's files go to.
    let folder: String
    let lease: HeldLease
    /// When the run began.
    let started: Timestamp
    /// Nothing new is begun after it.
    let deadline: Timestamp
    let metrics: SyncMetrics
    let observe: SyncObserver
    let logger: Logger

    var run: RunID { input.run }
    var records: any RecordStore { ports.records }
    var mirror: any ObjectStore { ports.mirror }
    var state: any ObjectStore { ports.state }
    var now: Timestamp { ports.clock.now }
    var isLate: Bool { now >= deadline }
    var author: FileRecord.Author { .init(run: run, epoch: vault.epoch, now: now) }
    var deletions: DeletionPolicy { settings.deletions ?? ports.provider.defaultDeletions }

    /// What people know the vault by.
    var label: String { folder.isEmpty ? vault.name : folder }

    /// Folders at the top that are none of the vault's business.
    var ignoredFolders: [String] { settings.reservedFolders + KeyMapping.reservedFolders }

    /// Has to come before every stretch of writes: a run that has slept through its lease must not write any more.
    ///
    /// - Throws: ``LeaseLost``.
    func checkLease() async throws {
        guard try await lease.take() else { throw LeaseLost() }
    }

    /// The records of any number of paths, 100 a call, some calls at once.
    func records(of paths: [VaultPath]) async throws -> [VaultPath: FileRecord] {
        var seen: Set<VaultPath> = []
        let distinct = paths.filter { seen.insert($0).inserted }
        let (store, vault) = (records, vault.id)
        let found = try await distinct.pieces(of: 100).concurrentMap(atOnce: settings.readsInFlight) { paths in
            try await store.records(of: Array(paths), in: vault)
        }
        return found.reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
    }

    /// Writes records, some at once.
    ///
    /// - Returns: which were written; the others met a newer one.
    @discardableResult
    func save(_ records: [FileRecord]) async throws -> [Bool] {
        let (store, vault) = (self.records, vault.id)
        return try await records.concurrentMap(atOnce: settings.requestsInFlight) { record in
            try await store.save(record, in: vault)
        }
    }

    /// The manifest from an offset on.
    func manifest(from offset: Int64) async throws -> JSONLinesReader<Entry> {
        let key = try KeyMapping.manifest(vault: vault.id, run: run)
        guard let stream = try await state.read(key, from: offset) else {
            throw SyncError(.storeUnavailable, "the run's manifest has vanished from the state prefix")
        }
        return JSONLinesReader(stream, at: offset)
    }

    /// Opens the vault while `body` runs.
    func withSession<Result: Sendable>(
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        try await ports.provider.withLibrary(ports.secret, logger: logger) { source in
            try await source.withVault(vault.id, since: cursor, body)
        }
    }

    /// Writes how far the pass has come.
    func saveProgress(_ cursor: PassCursor, _ phase: VaultProgress.Phase) async throws {
        var progress = VaultProgress(run: run, phase: phase, updated: now)
        progress.filesTotal = cursor.planned.files
        progress.bytesTotal = cursor.planned.bytes
        progress.filesComplete = cursor.done.files
        progress.bytesComplete = cursor.done.bytes
        try await checkLease()
        try await records.save(progress, of: vault.id, expires: progress.expires)
    }
}
