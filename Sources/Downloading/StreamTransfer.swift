import Checksums
import SyncCore

/// A large file whose source gives it as one stream: parts are held in memory until they are stored.
///
/// It cannot be gone on with: a later attempt throws away what this one has left, and starts over.
struct StreamTransfer: Sendable {
    private let file: FileTransfer
    private let content: FileContent
    private let key: ObjectKey

    init(_ file: FileTransfer, _ content: FileContent, _ key: ObjectKey) {
        self.file = file
        self.content = content
        self.key = key
    }

    /// A newer version stands in the record already.
    private struct Superseded: Error {}

    func run() async throws -> FileTransfer.Result {
        let work = file.work
        let known = try await file.current
        if let checkpoint = known?.checkpoint { await work.abandon(checkpoint.upload) }
        // By its record an upload is known to be ours, should this process be killed right after it was begun.
        if known == nil, try await !work.save(file.entry, .inProgress, known) { return .settled(.settledBefore) }
        var hasher = work.downloader.makeHasher()
        var chunks = content.stream.makeAsyncIterator()
        do {
            let upload = StreamUpload(into: work.mirror, work.settings.upload, cleanUpUntil: work.cleanUpLimit)
            let (size, stored) = try await upload.store(
                as: (key, file.attributes(key)),
                expecting: content.size,
                begin: { upload in
                    // Whoever comes after a process that was killed has to know what to throw away.
                    let isNewest = try await work.save(file.entry, .inProgress, known) { record in
                        record.checkpoint = upload.map { TransferCheckpoint(upload: $0) }
                    }
                    guard isNewest else { throw Superseded() }
                },
                verify: { size in
                    try file.verify(size: size, announced: content.size, sha256: hasher.hexDigest())
                },
                pull: {
                    guard let chunk = try await chunks.next(isolation: nil) else {
                        // What follows the last byte makes the object visible.
                        try await work.lease.check()
                        return nil
                    }
                    hasher.update(chunk)
                    return chunk
                }
            )
            return .settled(try await file.complete(size, sha256: hasher.hexDigest(), nil, stored.fingerprint))
        } catch is Superseded {
            return .settled(.settledBefore)
        }
    }
}
