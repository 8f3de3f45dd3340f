import Checksums
import Clocks
import Downloading
import LocalAdapters
import SyncCore

/// A downloader that fetches nothing: it accounts for the entries of a batch as if all of them had been stored.
struct DryDownload: Sendable {
    /// A copy of the records.
    let records: any RecordStore
    /// Where the batches are.
    let state: any ObjectStore
    let mirror: any ObjectStore
    let account: DryAccount

    /// Works off a batch.
    ///
    /// - Parameter event: the downloader's event, JSON in UTF-8.
    /// - Returns: its answer.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func callAsFunction(_ event: [UInt8]) async throws -> [UInt8] {
        let input = try FunctionJSON.decode(DownloadInput.self, from: event)
        let batch = try await StoredBatch(input.batch.key, in: state)
        let vault = batch.header.vault
        let known = try await records.records(of: batch.entries.map(\.path), in: vault.id)
        let now = SystemClock().now
        var receipt = Receipt(batch: input.batch.number)
        for entry in batch.entries {
            let isStored = try await takeUp(entry, known[entry.path], batch.header)
            let record = FileRecord(
                entry,
                status: isStored ? .completed : .skipped,
                author: .init(run: input.run, epoch: vault.epoch, now: now),
                previous: known[entry.path],
                error: isStored ? nil : .nameRefused
            )
            try await records.save(record, in: vault.id)
            if isStored { receipt.files += 1 } else { receipt.skipped += 1 }
            receipt.bytes += isStored ? entry.size ?? 0 : 0
        }
        try await records.save(receipt, of: input.run, in: vault.id, expires: now.advanced(by: .seconds(86_400)))
        let output = DownloadOutput(
            status: .complete,
            files: receipt.files,
            bytes: receipt.bytes,
            failed: 0,
            skipped: receipt.skipped
        )
        return try FunctionJSON.encode(output)
    }

    /// Says what becomes of an entry.
    ///
    /// - Returns: whether it would be stored.
    private func takeUp(_ entry: Entry, _ known: FileRecord?, _ header: BatchHeader) async throws -> Bool {
        guard entry.kind != .unreadable, let key = try? KeyMapping.key(folder: header.folder, path: entry.path) else {
            account.refused()
            return false
        }
        let mayBeThere = header.mayHoldObjects == true && known == nil
        // A folder is asked in any case, as its user may have put something there.
        guard mayBeThere || !mirror.keepsAttributes else {
            account.fetched(key, size: entry.size, replaces: known?.status == .completed)
            return true
        }
        let object = try await mirror.head(key)
        if let object, mayBeThere, let isProven = try await isThere(entry, object, key) {
            account.found(object.size, bySize: !isProven)
        } else {
            account.fetched(key, size: entry.size, replaces: object != nil)
        }
        return true
    }

    /// Whether an object is what the source holds: by its bytes (true), by its size alone (false), or not at all (nil).
    private func isThere(_ entry: Entry, _ object: ObjectSummary, _ key: ObjectKey) async throws -> Bool? {
        guard entry.size == nil || entry.size == object.size else { return nil }
        guard let sha256 = entry.sha256 else { return entry.size == nil ? nil : false }
        if let stored = object.sha256 { return stored == sha256 ? true : nil }
        guard let stream = try await mirror.read(key, from: 0) else { return nil }
        var hasher = SHA256Hasher()
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) { hasher.update(chunk) }
        return hasher.hexDigest() == sha256 ? true : nil
    }
}
