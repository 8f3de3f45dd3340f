import Logging

/// One call's work on one batch.
struct BatchWork: Sendable {
    let downloader: DownloadBatch
    let run: RunID
    let batch: StoredBatch
    let deadline: Timestamp
    let logger: Logger

    var vault: Vault { batch.header.vault }
    var settings: DownloadSettings { downloader.settings }
    var isLate: Bool { downloader.ports.clock.now >= deadline }

    /// What came of one file that was stored beside the fetching.
    struct Stored: Sendable {
        var path: VaultPath
        var size: Int
        var outcome: BatchLedger.Outcome
    }

    /// Opens sessions until every entry has come to something, or the deadline comes.
    ///
    /// - Throws: the session's error when sessions cannot be opened, or break again and again.
    func workOff(_ ledger: inout BatchLedger) async throws {
        var attempt = 0
        let settledAtFirst = ledger.outcomes.count
        while !ledger.open.isEmpty, !isLate {
            let before = ledger.outcomes.count
            do {
                try await runSession(&ledger)
            } catch let error as SyncError where error.isRetryable {
                if ledger.outcomes.count > before { attempt = 0 }
                attempt += 1
                logger.warning(
                    "session broke",
                    metadata: [LogKey.attempt: "\(attempt)", LogKey.errorType: "\(error.name.rawValue)"]
                )
                guard attempt < settings.sessionAttempts else { throw error }
                let ceiling = settings.sessionBackoff * Double(1 << (attempt - 1))
                let pause = error.retryAfter ?? ceiling * settings.random()
                guard downloader.ports.clock.now.advanced(by: pause) < deadline else {
                    // Coming back at once would ask again what has just asked for quiet.
                    if ledger.outcomes.count == settledAtFirst { throw error }
                    return
                }
                try await downloader.ports.clock.sleep(for: pause)
            }
        }
    }

    private func runSession(_ ledger: inout BatchLedger) async throws {
        var progress = ledger
        defer { ledger = progress }
        try await downloader.ports.provider.withLibrary(downloader.ports.secret, logger: logger) { source in
            try await source.withVault(vault.id, since: batch.header.listedUpTo) { session in
                try await fetchAll(session, &progress)
            }
        }
    }

    /// Fetches file after file while earlier ones are being stored.
    private func fetchAll(_ session: any VaultSession, _ ledger: inout BatchLedger) async throws {
        let broken: SyncError? = try await withThrowingTaskGroup(of: Stored.self) { group in
            var inFlight = (files: 0, bytes: 0)
            var broken: SyncError?
            for entry in ledger.open {
                if isLate { break }
                while inFlight.files >= settings.storesInFlight || inFlight.bytes >= settings.bytesInFlight,
                    let stored = try await group.next()
                {
                    ledger.note(stored.outcome, for: stored.path)
                    inFlight = (inFlight.files - 1, inFlight.bytes - stored.size)
                }
                do {
                    switch try await fetch(entry, session, ledger.known[entry.path]) {
                    case .done(let outcome):
                        ledger.note(outcome, for: entry.path)
                    case .toStore(let bytes):
                        inFlight = (inFlight.files + 1, inFlight.bytes + bytes.count)
                        let previous = ledger.known[entry.path]
                        group.addTask { try await store(bytes, of: entry, previous) }
                    }
                } catch let error as SyncError where error.isRetryable {
                    if ledger.noteBreak(at: entry.path) >= settings.breaksPerFile {
                        ledger.note(try await fail(entry, error.name, ledger.known[entry.path]), for: entry.path)
                    }
                    broken = error
                    break
                }
            }
            for try await stored in group { ledger.note(stored.outcome, for: stored.path) }
            return broken
        }
        if let broken { throw broken }
    }

    private enum Fetched {
        case done(BatchLedger.Outcome)
        case toStore([UInt8])
    }

    /// Fetches one file: a small one into memory, a large one straight into the store.
    ///
    /// - Throws: only what concerns more than this file.
    private func fetch(_ entry: Entry, _ session: any VaultSession, _ known: FileRecord?) async throws -> Fetched {
        do {
            let key = try KeyMapping.key(folder: batch.header.folder, path: entry.path)
            guard entry.kind == .file else {
                throw SyncError(.corruptContent, "the name of an entry cannot be deciphered")
            }
            if try await isStored(entry, key, known) {
                return .done(try await complete(entry, known, size: entry.size ?? 0))
            }
            return try await session.withContent(of: entry) { content in
                if let size = content.size, size <= Int64(settings.upload.multipartThreshold) {
                    return .toStore(try await collect(content, entry))
                }
                return .done(try await storeLarge(content, entry, key, known))
            }
        } catch let error as SyncError where error.concernsOneFile {
            return .done(try await fail(entry, error.name, known))
        }
    }

    /// Whether an earlier attempt stored this very version but lost its record.
    ///
    /// Asked of large files only: a small one is fetched and stored again as quickly as the store is asked for it.
    private func isStored(_ entry: Entry, _ key: ObjectKey, _ known: FileRecord?) async throws -> Bool {
        guard known == nil || known?.status == .inProgress,
            (entry.size ?? .max) > Int64(settings.upload.multipartThreshold),
            let sha256 = entry.sha256, let object = try await downloader.ports.mirror.head(key)
        else { return false }
        return object.sha256 == sha256 && object.sourceVersion == String(entry.version)
    }

    private func collect(_ content: FileContent, _ entry: Entry) async throws -> [UInt8] {
        var hasher = downloader.makeHasher()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(content.size ?? 0))
        var chunks = content.stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) {
            hasher.update(chunk)
            bytes += chunk
            guard bytes.count <= settings.upload.multipartThreshold else {
                throw SyncError(.corruptContent, "a file is larger than its provider announced")
            }
        }
        try verify(entry, size: Int64(bytes.count), announced: content.size, hasher)
        return bytes
    }

    private func storeLarge(
        _ content: FileContent,
        _ entry: Entry,
        _ key: ObjectKey,
        _ known: FileRecord?
    ) async throws -> BatchLedger.Outcome {
        guard try await save(entry, .inProgress, known) else { return .settledBefore }
        var hasher = downloader.makeHasher()
        var chunks = content.stream.makeAsyncIterator()
        let size = try await StreamUpload(into: downloader.ports.mirror, settings.upload).store(
            as: (key, attributes(entry, key)),
            expecting: content.size,
            verify: { size in try verify(entry, size: size, announced: content.size, hasher) },
            pull: {
                guard let chunk = try await chunks.next(isolation: nil) else { return nil }
                hasher.update(chunk)
                return chunk
            }
        )
        return try await complete(entry, known, size: size)
    }

    /// Stores a small file with one request.
    private func store(_ bytes: [UInt8], of entry: Entry, _ known: FileRecord?) async throws -> Stored {
        do {
            let key = try KeyMapping.key(folder: batch.header.folder, path: entry.path)
            // Never may a record say COMPLETED of one content while the object already holds the next.
            if known?.status == .completed, try await !save(entry, .inProgress, known) {
                return Stored(path: entry.path, size: bytes.count, outcome: .settledBefore)
            }
            try await downloader.ports.mirror.put(key, bytes, attributes(entry, key))
            let outcome = try await complete(entry, known, size: Int64(bytes.count))
            return Stored(path: entry.path, size: bytes.count, outcome: outcome)
        } catch let error as SyncError where error.concernsOneFile || error.isRetryable {
            let outcome = try await fail(entry, error.name, known)
            return Stored(path: entry.path, size: bytes.count, outcome: outcome)
        }
    }

    private func verify(_ entry: Entry, size: Int64, announced: Int64?, _ hasher: any ContentHasher) throws(SyncError) {
        guard announced == nil || announced == size, entry.size == nil || entry.size == size else {
            throw SyncError(.corruptContent, "a file is shorter or longer than its provider announced")
        }
        guard entry.sha256 == nil || entry.sha256 == hasher.hexDigest() else {
            throw SyncError(.corruptContent, "a file does not have the SHA-256 that its provider announced")
        }
    }
}

extension BatchWork {
    private func attributes(_ entry: Entry, _ key: ObjectKey) -> ObjectAttributes {
        ObjectAttributes(entry, key: key, provider: downloader.ports.provider.name, vault: vault.id)
    }

    private func complete(_ entry: Entry, _ known: FileRecord?, size: Int64) async throws -> BatchLedger.Outcome {
        var entry = entry
        entry.size = size
        try await save(entry, .completed, known)
        downloader.observe(.stored(vault: batch.header.folder, path: entry.path, bytes: size))
        return .stored(bytes: size)
    }

    /// Records a file that cannot be fetched or stored.
    private func fail(_ entry: Entry, _ name: SyncError.Name, _ known: FileRecord?) async throws -> BatchLedger.Outcome
    {
        let isHopeless = name == .sourceGone || name == .nameRefused
        logger.notice(
            "file not stored",
            metadata: [LogKey.itemVersion: "\(entry.version)", LogKey.errorType: "\(name.rawValue)"]
        )
        try await save(entry, isHopeless ? .skipped : .failed, known, name)
        downloader.observe(.failed(vault: batch.header.folder, path: entry.path, error: name))
        return isHopeless ? .skipped : .failed(name)
    }

    /// Writes the entry's record; false when a newer version stands there.
    @discardableResult
    private func save(
        _ entry: Entry,
        _ status: FileRecord.Status,
        _ known: FileRecord?,
        _ error: SyncError.Name? = nil
    ) async throws -> Bool {
        let author = FileRecord.Author(run: run, epoch: vault.epoch, now: downloader.ports.clock.now)
        let record = FileRecord(entry, status: status, author: author, previous: known, error: error)
        return try await downloader.ports.records.save(record, in: vault.id)
    }
}
