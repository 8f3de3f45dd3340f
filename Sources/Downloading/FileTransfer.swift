import Checksums
import Logging
import SyncCore

/// One file's way from the source into the mirror.
struct FileTransfer: Sendable {
    /// What came of a file, or of this attempt at it.
    enum Result: Sendable {
        case settled(BatchLedger.Outcome)
        /// The deadline came first; so many more parts are stored, and the next call goes on from there.
        case unfinished(parts: Int)
        /// The session broke; so many more parts are stored.
        case broke(SyncError, parts: Int)
    }

    /// A small file in memory, verified.
    struct Body: Sendable {
        var bytes: [UInt8]
        var sha256: String
    }

    enum Fetched: Sendable {
        case result(Result)
        case toStore(Body)
    }

    let work: BatchWork
    private(set) var entry: Entry
    /// The size in the listing, where the source states another one.
    private var listedSize: Int64?
    /// The record as it was when the call began.
    let known: FileRecord?

    init(_ work: BatchWork, _ entry: Entry, known: FileRecord?) {
        self.work = work
        self.entry = entry
        self.known = known
    }

    var threshold: Int { work.settings.upload.multipartThreshold }

    /// Fetches the file: a small one into memory, a large one straight into the store.
    ///
    /// - Throws: only what concerns more than this file and more than this session.
    func fetch(_ session: any VaultSession) async throws -> Fetched {
        do {
            let key = try KeyMapping.key(folder: work.batch.header.folder, path: entry.path)
            guard entry.kind == .file else {
                throw SyncError(
                    .nameRefused,
                    "the name of the entry uid:\(entry.version) cannot be deciphered; the pattern uid:\(entry.version) leaves it out"
                )
            }
            try UploadSettings.check(entry.size)
            if let object = try await storedObject(key) {
                let outcome = try await complete(
                    object.size,
                    sha256: object.sha256,
                    object.crc64nvme,
                    object.fingerprint
                )
                return .result(.settled(outcome))
            }
            if mayBeThere, let sha256 = entry.sha256,
                let found = try await AlreadyThere(self, key).object(of: entry.size, sha256: sha256)
            {
                return .result(.settled(try await adopt(found)))
            }
            // A socket that failed has to be opened anew; anything else is simply asked again.
            guard session.concurrentFetches > 1 else { return try await fetch(session, key) }
            return try await work.retries.run(lowering: work.limit) { try await fetch(session, key) }
        } catch let error as SyncError where error.concernsOneFile {
            return .result(.settled(try await work.fail(entry, error, try await current)))
        } catch let error as SyncError where error.isRetryable {
            return .result(.broke(error, parts: 0))
        }
    }

    private func fetch(_ session: any VaultSession, _ key: ObjectKey) async throws -> Fetched {
        try await session.withContent(of: entry) { content in
            try await work.lease.check()
            return try await corrected(by: content).fetch(content, session, key)
        }
    }

    private func fetch(_ content: FileContent, _ session: any VaultSession, _ key: ObjectKey) async throws -> Fetched {
        if let size = content.size ?? content.ranges?.size, size <= Int64(threshold) {
            return .toStore(try await collect(content))
        }
        if mayBeThere, entry.sha256 == nil, let ranges = content.ranges,
            let found = try await AlreadyThere(self, key).object(likeSamplesOf: ranges)
        {
            return .result(.settled(try await adopt(found)))
        }
        // Ranges never pass a hasher as one stream, so they are no way to compare a SHA-256.
        if let ranges = content.ranges, entry.sha256 == nil, ranges.size > 0 {
            let atOnce = work.rangesInFlight(of: session)
            return .result(try await RangedTransfer(self, ranges, key, atOnce: atOnce).run())
        }
        return .result(try await StreamTransfer(self, content, key).run())
    }

    /// The same file with the size that its source states.
    private func corrected(by content: FileContent) -> FileTransfer {
        guard content.correctsListing, let size = content.size, size != entry.size else { return self }
        var transfer = self
        transfer.listedSize = entry.size
        transfer.entry.size = size
        return transfer
    }

    /// The object of an earlier attempt that stored this very version but lost its record.
    ///
    /// Asked of large files only: a small one is fetched and stored again as quickly as the store is asked for it.
    private func storedObject(_ key: ObjectKey) async throws -> ObjectSummary? {
        guard known?.isBegun ?? true, (entry.size ?? .max) > Int64(threshold),
            let object = try await work.mirror.head(key), object.sourceVersion == String(entry.version),
            entry.sha256 == nil || object.sha256 == entry.sha256, entry.size == nil || object.size == entry.size
        else { return nil }
        return object
    }

    private func collect(_ content: FileContent) async throws -> Body {
        var hasher = work.downloader.makeHasher()
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
        try verify(size: Int64(bytes.count), announced: content.size, sha256: digest)
        return Body(bytes: bytes, sha256: digest)
    }

    /// Stores a small file with one request.
    func store(_ body: Body) async throws -> Result {
        do {
            let key = try KeyMapping.key(folder: work.batch.header.folder, path: entry.path)
            try await work.lease.check()
            // Never may a record say COMPLETED of one content while the object already holds the next.
            if known?.status == .completed, try await !work.save(entry, .inProgress, known) {
                return .settled(.settledBefore)
            }
            if let checkpoint = known?.checkpoint { await work.abandon(checkpoint.upload) }
            if mayBeThere, entry.sha256 == nil,
                let found = try await AlreadyThere(self, key).object(of: Int64(body.bytes.count), sha256: body.sha256)
            {
                return .settled(try await adopt(found))
            }
            var attributes = attributes(key)
            attributes.sha256 = body.sha256
            let stored = try await work.mirror.put(key, body.bytes, attributes)
            let size = Int64(body.bytes.count)
            return .settled(try await complete(size, sha256: body.sha256, nil, stored.fingerprint))
        } catch let error as SyncError where error.concernsOneFile || error.isRetryable {
            return .settled(try await work.fail(entry, error, known))
        }
    }
}

extension FileTransfer {
    /// Fetches the file, unless the process ends before that is done.
    func fetchInTime(_ session: any VaultSession) async throws -> Fetched {
        try await work.unlessCutOff { try await fetch(session) } ?? .result(.unfinished(parts: 0))
    }

    /// Stores a small file, unless the process ends before that is done.
    func storeInTime(_ body: Body) async throws -> Result {
        try await work.unlessCutOff { try await store(body) } ?? .unfinished(parts: 0)
    }

    /// The record as it is now: this call may have begun an upload since it began.
    var current: FileRecord? {
        get async throws { try await work.record(of: entry.path) }
    }

    func attributes(_ key: ObjectKey) -> ObjectAttributes {
        ObjectAttributes(entry, key: key, provider: work.downloader.ports.provider.name, vault: work.vault.id)
    }

    func verify(size: Int64, announced: Int64?, sha256: String?) throws(SyncError) {
        guard announced == nil || announced == size, entry.size == nil || entry.size == size else {
            throw SyncError(.corruptContent, "a file is shorter or longer than its provider announced")
        }
        guard entry.sha256 == nil || entry.sha256 == sha256 else {
            throw SyncError(.corruptContent, "a file does not have the SHA-256 that its provider announced")
        }
    }

    /// Whether the destination may hold the file although nothing is known of it.
    private var mayBeThere: Bool {
        guard work.batch.header.mayHoldObjects == true else { return false }
        guard let known else { return true }
        return Vault.place(ofEpoch: known.epoch) != Vault.place(ofEpoch: work.vault.epoch)
    }

    /// Records a file that was there already. It was neither fetched nor stored, so it counts as neither.
    private func adopt(_ found: AlreadyThere.Found) async throws -> BatchLedger.Outcome {
        var entry = entry
        let listedSize = entry.size
        entry.size = found.size
        entry.sha256 = entry.sha256 ?? found.sha256
        try await work.save(entry, .completed, known) { record in
            record.fingerprint = found.fingerprint
            if record.sha256 == nil { record.crc64nvme = found.crc64nvme }
            if listedSize != found.size { record.listedSize = listedSize }
        }
        work.logger.debug("file was there already", metadata: [LogKey.itemVersion: "\(entry.version)"])
        return .settledBefore
    }

    /// Records a file that is stored and verified.
    func complete(
        _ size: Int64,
        sha256: String?,
        _ crc64nvme: CRC64NVME?,
        _ fingerprint: ObjectFingerprint?
    ) async throws -> BatchLedger.Outcome {
        let listedSize = listedSize ?? entry.size
        var entry = entry
        entry.size = size
        entry.sha256 = entry.sha256 ?? sha256
        try await work.save(entry, .completed, known) { record in
            if record.sha256 == nil { record.crc64nvme = crc64nvme }
            record.fingerprint = fingerprint
            if listedSize != size { record.listedSize = listedSize }
        }
        work.downloader.observe(.stored(vault: work.batch.header.folder, path: entry.path, bytes: size))
        return .stored(bytes: size)
    }
}
