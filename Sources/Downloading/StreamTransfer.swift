import Checksums
import SyncCore

/// A large file whose source gives it as one stream: parts are held in memory until they are stored.
///
/// It cannot be gone on with: a later attempt throws away what this one has left, and starts over.
struct StreamTransfer: Sendable {
    let file: WantedFile
    let content: FileContent
    let context: TransferContext
    let journal: FileJournal

    /// A newer version stands in the record already.
    private struct Superseded: Error {}

    func run() async throws -> TransferResult {
        let known = try await journal.record(of: file.entry.path)
        if let checkpoint = known?.checkpoint { await context.abandon(checkpoint.upload) }
        // By its record an upload is known to be ours, should this process be killed right after it was begun.
        if known == nil, try await !journal.begin(file.entry, known) { return .settled(.settledBefore) }
        var hasher = context.makeHasher()
        var chunks = content.stream.makeAsyncIterator()
        do {
            let upload = StreamUpload(
                into: context.mirror,
                context.settings.upload,
                cleanUpUntil: context.time.cleanUpLimit
            )
            let (size, stored) = try await upload.store(
                as: (file.key, file.attributes),
                expecting: content.size,
                begin: { upload in
                    // Whoever comes after a process that was killed has to know what to throw away.
                    let isNewest = try await journal.begin(
                        file.entry,
                        known,
                        at: upload.map { TransferCheckpoint(upload: $0) }
                    )
                    guard isNewest else { throw Superseded() }
                },
                verify: { size in
                    try file.verify(size: size, announced: content.size, sha256: hasher.hexDigest())
                },
                pull: {
                    guard let chunk = try await chunks.next(isolation: nil) else {
                        // What follows the last byte makes the object visible.
                        try await journal.checkLease()
                        return nil
                    }
                    hasher.update(chunk)
                    return chunk
                }
            )
            let whole = StoredContent(size: size, sha256: hasher.hexDigest(), fingerprint: stored.fingerprint)
            return .settled(try await journal.complete(file, whole, known))
        } catch is Superseded {
            return .settled(.settledBefore)
        }
    }
}
