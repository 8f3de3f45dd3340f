import Clocks
import Logging
import SyncCore

/// Throws away uploads that earlier runs began and no record goes on with: those of processes that were killed, and of
/// versions that have been superseded since.
///
/// One that a record names stays, also where its file has failed: the next attempt goes on with it. Where none comes, the
/// bucket's lifecycle ends it seven days after it was begun, and the file is fetched from its beginning.
struct ForgottenUploads: Sendable {
    private static let atOnce = 100

    private let context: PassContext

    init(_ context: PassContext) {
        self.context = context
    }

    /// Has to be called before this run hands anything out, so that nothing of its own is among them. An upload is ours when its
    /// file has a record. What cannot be thrown away now is found by the next run, and no reason to let this one fail.
    func abort() async throws {
        let moment = context.now.advanced(by: .zero - Lease.clockSkew)
        do {
            let uploads = try await context.mirror.openUploads(below: context.folder, begunBefore: moment)
            var aborted = 0
            for some in uploads.pieces(of: Self.atOnce) where !context.isLate {
                let forgotten = try await forgotten(among: some)
                if forgotten.isEmpty { continue }
                try await context.checkLease()
                for upload in forgotten { try await context.mirror.abort(upload) }
                aborted += forgotten.count
            }
            if aborted > 0 {
                context.logger.notice("forgotten uploads thrown away", metadata: [LogKey.files: "\(aborted)"])
            }
        } catch let error as SyncError {
            context.logger.warning(
                "forgotten uploads cannot be thrown away",
                metadata: [LogKey.errorType: "\(error.name.rawValue)"]
            )
        }
    }

    private func forgotten(among uploads: ArraySlice<MultipartUpload>) async throws -> [MultipartUpload] {
        let known = try await context.records.records(of: Array(Set(uploads.map(path))), in: context.vault.id)
        return uploads.filter { upload in
            known[path(of: upload)].map { $0.checkpoint?.upload.id != upload.id } ?? false
        }
    }

    private func path(of upload: MultipartUpload) -> VaultPath {
        let key = upload.key.rawValue
        let folder = context.folder
        return VaultPath(folder.isEmpty ? key : String(key.utf8.dropFirst(folder.utf8.count + 1)) ?? key)
    }
}
