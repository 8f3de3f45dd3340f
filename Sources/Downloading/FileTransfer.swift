import Checksums
import Logging
import SyncCore

/// One file's way from the source into the mirror.
struct FileTransfer: Sendable {
    /// A small file in memory, verified.
    struct Body: Sendable {
        var file: WantedFile
        var bytes: [UInt8]
        var sha256: String
    }

    enum Fetched: Sendable {
        case result(TransferResult)
        case toStore(Body)
    }

    let entry: Entry
    /// The record as it was when the call began.
    let known: FileRecord?
    let context: TransferContext
    let journal: FileJournal

    private var threshold: Int { context.settings.upload.multipartThreshold }

    /// Fetches the file, unless the process ends before that is done.
    ///
    /// - Returns: the bytes of a small one; a large one goes straight into the store.
    /// - Throws: only what concerns more than this file and more than this session.
    func fetchInTime(_ session: any VaultSession) async throws -> Fetched {
        try await context.time.unlessCutOff { try await fetch(session) } ?? .result(.unfinished(parts: 0))
    }

    /// Stores a small file, unless the process ends before that is done.
    func storeInTime(_ body: Body) async throws -> TransferResult {
        try await context.time.unlessCutOff { try await store(body) } ?? .unfinished(parts: 0)
    }

    /// Records that the file cannot be fetched or stored.
    ///
    /// What was stored of it stays only where a later attempt can go on with it, and the record names it then; everything
    /// else is thrown away.
    func fail(_ error: SyncError, _ known: FileRecord?) async throws -> BatchLedger.Outcome {
        var metadata: Logger.Metadata = [
            LogKey.itemVersion: "\(entry.version)", LogKey.errorType: "\(error.name.rawValue)",
        ]
        metadata[LogKey.errorReason] = error.reason.map { "\($0)" }
        context.logger.notice("file not stored", metadata: metadata)
        let (outcome, useless) = try await journal.fail(entry, error, known)
        if let useless { await context.abandon(useless) }
        return outcome
    }
}

extension FileTransfer {
    private func fetch(_ session: any VaultSession) async throws -> Fetched {
        do {
            let file = try journal.file(of: entry)
            if let object = try await storedObject(file) {
                return .result(.settled(try await journal.complete(file, object, known)))
            }
            if mayBeThere, let sha256 = entry.sha256,
                let found = try await alreadyThere(file).object(of: entry.size, sha256: sha256)
            {
                return .result(.settled(try await adopt(file, found)))
            }
            // A socket that failed has to be opened anew; anything else is simply asked again.
            guard session.concurrentFetches > 1 else { return try await ask(session, for: file) }
            return try await context.retries.run(lowering: context.limit) { try await ask(session, for: file) }
        } catch let error as SyncError where error.concernsOneFile {
            return .result(.settled(try await fail(error, try await journal.record(of: entry.path))))
        } catch let error as SyncError where error.isRetryable {
            return .result(.broke(error, parts: 0))
        }
    }

    /// The object of an earlier attempt that stored this very version but lost its record.
    ///
    /// Asked of large files only: a small one is fetched and stored again as quickly as the store is asked for it.
    private func storedObject(_ file: WantedFile) async throws -> StoredContent? {
        guard known?.isBegun ?? true, (entry.size ?? .max) > Int64(threshold),
            let object = try await context.mirror.head(file.key), object.sourceVersion == String(entry.version),
            entry.sha256 == nil || object.sha256 == entry.sha256, entry.size == nil || object.size == entry.size
        else { return nil }
        return StoredContent(object)
    }

    private func ask(_ session: any VaultSession, for file: WantedFile) async throws -> Fetched {
        try await session.withContent(of: entry) { content in
            try await journal.checkLease()
            return try await take(content, of: file.corrected(by: content), session)
        }
    }

    private func take(
        _ content: FileContent,
        of file: WantedFile,
        _ session: any VaultSession
    ) async throws -> Fetched {
        if let size = content.size ?? content.ranges?.size, size <= Int64(threshold) {
            return .toStore(try await collect(content, of: file))
        }
        if mayBeThere, entry.sha256 == nil, let ranges = content.ranges,
            let found = try await alreadyThere(file).object(likeSamplesOf: ranges)
        {
            return .result(.settled(try await adopt(file, found)))
        }
        // Ranges never pass a hasher as one stream, so they are no way to compare a SHA-256.
        if let ranges = content.ranges, entry.sha256 == nil, ranges.size > 0 {
            let atOnce = context.rangesInFlight(of: session)
            return .result(try await RangedTransfer(file, ranges, atOnce: atOnce, context, journal).run())
        }
        let transfer = StreamTransfer(file: file, content: content, context: context, journal: journal)
        return .result(try await transfer.run())
    }

    private func collect(_ content: FileContent, of file: WantedFile) async throws -> Body {
        var hasher = context.makeHasher()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(content.size ?? 0))
        var chunks = content.stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) {
            hasher.update(chunk)
            bytes += chunk
            guard bytes.count <= threshold else {
                throw SyncError(.corruptContent, "a file is larger than its provider announced")
            }
        }
        let digest = hasher.hexDigest()
        try file.verify(size: Int64(bytes.count), announced: content.size, sha256: digest)
        return Body(file: file, bytes: bytes, sha256: digest)
    }

    /// Stores a small file with one request.
    private func store(_ body: Body) async throws -> TransferResult {
        do {
            try await journal.checkLease()
            // Never may a record say COMPLETED of one content while the object already holds the next.
            if known?.status == .completed, try await !journal.begin(entry, known) {
                return .settled(.settledBefore)
            }
            if let checkpoint = known?.checkpoint { await context.abandon(checkpoint.upload) }
            let size = Int64(body.bytes.count)
            if mayBeThere, entry.sha256 == nil,
                let found = try await alreadyThere(body.file).object(of: size, sha256: body.sha256)
            {
                return .settled(try await adopt(body.file, found))
            }
            var attributes = body.file.attributes
            attributes.sha256 = body.sha256
            let stored = try await context.mirror.put(body.file.key, body.bytes, attributes)
            let content = StoredContent(size: size, sha256: body.sha256, fingerprint: stored.fingerprint)
            return .settled(try await journal.complete(body.file, content, known))
        } catch let error as SyncError where error.concernsOneFile || error.isRetryable {
            return .settled(try await fail(error, known))
        }
    }

    private var mayBeThere: Bool { journal.mayBeThere(known) }

    private func alreadyThere(_ file: WantedFile) -> AlreadyThere {
        AlreadyThere(mirror: context.mirror, makeHasher: context.makeHasher, key: file.key)
    }

    private func adopt(_ file: WantedFile, _ found: StoredContent) async throws -> BatchLedger.Outcome {
        let outcome = try await journal.adopt(file, found, known)
        context.logger.debug("file was there already", metadata: [LogKey.itemVersion: "\(entry.version)"])
        return outcome
    }
}
