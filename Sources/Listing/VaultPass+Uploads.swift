import Clocks
import Logging
import SyncCore

extension VaultPass {
    /// Throws away uploads that earlier runs began and no record goes on with: those of processes that were killed, and of
    /// versions that have been superseded since.
    ///
    /// One that a record names stays, also where its file has failed: the next attempt goes on with it. Where none comes, the
    /// bucket's lifecycle ends it seven days after it was begun, and the file is fetched from its beginning.
    ///
    /// Called before this run hands anything out, so that nothing of its own is among them. An upload is ours when its file
    /// has a record. What cannot be thrown away now is found by the next run, and no reason to let this one fail.
    func abortForgottenUploads() async throws {
        let moment = lister.clock.now.advanced(by: .zero - Lease.clockSkew)
        do {
            let uploads = try await lister.mirror.openUploads(below: folder, begunBefore: moment)
            var aborted = 0
            for start in stride(from: 0, to: uploads.count, by: 100) where !isLate {
                let some = uploads[start..<min(start + 100, uploads.count)].map { (path: path(of: $0), upload: $0) }
                let known = try await records.records(of: Array(Set(some.map(\.path))), in: vault.id)
                let forgotten = some.filter { path, upload in
                    known[path].map { $0.checkpoint?.upload.id != upload.id } ?? false
                }
                if forgotten.isEmpty { continue }
                try await checkLease()
                for (_, upload) in forgotten { try await lister.mirror.abort(upload) }
                aborted += forgotten.count
            }
            if aborted > 0 {
                call.logger.notice("forgotten uploads thrown away", metadata: [LogKey.files: "\(aborted)"])
            }
        } catch let error as SyncError {
            call.logger.warning(
                "forgotten uploads cannot be thrown away",
                metadata: [LogKey.errorType: "\(error.name.rawValue)"]
            )
        }
    }

    private func path(of upload: MultipartUpload) -> VaultPath {
        let key = upload.key.rawValue
        return VaultPath(folder.isEmpty ? key : String(key.utf8.dropFirst(folder.utf8.count + 1)) ?? key)
    }
}
