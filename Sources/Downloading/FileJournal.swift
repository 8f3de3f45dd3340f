import Clocks
import SyncCore

/// Writes the records of a batch's files; nothing else in the downloader does.
///
/// Whoever is about to change the mirror asks it first whether the vault is still this run's.
struct FileJournal: Sendable {
    /// What holds for all files of the batch.
    let batch: BatchHeader
    private let run: RunID
    private let lease: HeldLease
    private let ports: SyncPorts
    private let observe: SyncObserver

    /// Begins a journal.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - run: the run that works it off.
    ///   - lease: the run's right to change the vault's mirror.
    ///   - ports: where the records are.
    ///   - observe: is told of every file.
    init(of batch: BatchHeader, run: RunID, lease: HeldLease, ports: SyncPorts, observe: @escaping SyncObserver) {
        self.batch = batch
        self.run = run
        self.lease = lease
        self.ports = ports
        self.observe = observe
    }

    /// Describes the file of an entry.
    ///
    /// - Throws: `NameRefused`, `TooLarge`.
    func file(of entry: Entry) throws(SyncError) -> WantedFile {
        try WantedFile(entry, of: batch, provider: ports.provider.name)
    }

    /// Whether the destination may hold the file of a record although nothing is known of it.
    func mayBeThere(_ known: FileRecord?) -> Bool {
        guard batch.mayHoldObjects == true else { return false }
        guard let known else { return true }
        return known.epoch.place != batch.vault.epoch.place
    }

    /// Has to come before the mirror is changed.
    ///
    /// - Throws: ``LeaseLost``.
    func checkLease() async throws {
        try await lease.check()
    }

    /// The record of a path as it is now: this call may have begun an upload since it began.
    func record(of path: VaultPath) async throws -> FileRecord? {
        try await ports.records.records(of: [path], in: batch.vault.id)[path]
    }

    /// Records that a transfer was begun, and how far it has come.
    ///
    /// - Returns: false when a newer version stands in the record.
    func begin(_ entry: Entry, _ known: FileRecord?, at checkpoint: TransferCheckpoint? = nil) async throws -> Bool {
        try await save(entry, .inProgress, known) { $0.checkpoint = checkpoint }
    }

    /// Records a file that is stored and verified.
    func complete(
        _ file: WantedFile,
        _ content: StoredContent,
        _ known: FileRecord?
    ) async throws -> BatchLedger.Outcome {
        try await saveStored(file, content, known)
        observe(.stored(vault: batch.folder, path: file.entry.path, bytes: content.size))
        return .stored(bytes: content.size)
    }

    /// Records a file that was there already. It was neither fetched nor stored, so it counts as neither.
    func adopt(
        _ file: WantedFile,
        _ content: StoredContent,
        _ known: FileRecord?
    ) async throws -> BatchLedger.Outcome {
        try await saveStored(file, content, known)
        return .settledBefore
    }

    /// Records a file that cannot be fetched or stored.
    ///
    /// - Returns: what is said of it, and the upload that no later attempt can go on with.
    func fail(
        _ entry: Entry,
        _ error: SyncError,
        _ known: FileRecord?
    ) async throws -> (outcome: BatchLedger.Outcome, useless: MultipartUpload?) {
        let name = error.name
        let isHopeless = name == .sourceGone || name == .nameRefused
        let kept = checkpoint(worthKeepingAfter: error, entry, known)
        let isSaved = try await save(entry, isHopeless ? .skipped : .failed, known) { record in
            record.lastError = name
            record.reason = error.reason
            record.checkpoint = kept
            // What the source does not give now may come back; what no store takes is said until somebody renames it.
            if isHopeless { record.pendingSince = ports.clock.now }
        }
        // A stand-in means nothing to people; by its uid an entry can be left out.
        let shown = entry.path.isStandIn ? VaultPath("uid:\(entry.version)") : entry.path
        observe(.failed(vault: batch.folder, path: shown, error: name))
        let useless = kept == nil || !isSaved ? known?.checkpoint?.upload : nil
        return (isHopeless ? .skipped : .failed(name), useless)
    }

    /// How far a transfer has come that failed for a reason which may pass; nil where it has to begin anew.
    private func checkpoint(
        worthKeepingAfter error: SyncError,
        _ entry: Entry,
        _ known: FileRecord?
    ) -> TransferCheckpoint? {
        guard error.isRetryable || error.name == .fileUnavailable, error.detail != .contentChanged,
            let checkpoint = known?.checkpoint(of: entry, epoch: batch.vault.epoch), checkpoint.validator != nil
        else { return nil }
        return checkpoint
    }

    private func saveStored(_ file: WantedFile, _ content: StoredContent, _ known: FileRecord?) async throws {
        var entry = file.entry
        entry.size = content.size
        entry.sha256 = entry.sha256 ?? content.sha256
        _ = try await save(entry, .completed, known) { record in
            if record.sha256 == nil { record.crc64nvme = content.crc64nvme }
            record.fingerprint = content.fingerprint
            if file.listedSize != content.size { record.listedSize = file.listedSize }
        }
    }

    private func save(
        _ entry: Entry,
        _ status: FileRecord.Status,
        _ known: FileRecord?,
        _ change: (inout FileRecord) -> Void
    ) async throws -> Bool {
        let author = FileRecord.Author(run: run, epoch: batch.vault.epoch, now: ports.clock.now)
        var record = FileRecord(entry, status: status, author: author, previous: known)
        change(&record)
        try await lease.check()
        return try await ports.records.save(record, in: batch.vault.id)
    }
}
