import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import ObsidianSync
import StreamingCrypto
import SyncCore

/// A folder that holds a mirror, and what Obsync keeps beside it in `.obsync`.
struct LocalFolder: Sendable {
    let path: String

    init(_ path: String) {
        self.path = URL(filePath: path).standardizedFileURL.path(percentEncoded: false).trimmingSlash
    }

    var data: String { path + "/.obsync" }
    var credentials: String { data + "/credentials.json" }

    /// Makes the folder and its data folder, which only its owner can read.
    func prepare() throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try FileManager.default.createDirectory(
                atPath: data,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw SyncError(.invalidInput, "the folder \(path) cannot be made; name another one with --dest")
        }
    }

    /// Removes manifests and batches of a run that has succeeded; of a failed one they stay, for a redrive.
    func removeWorkingData(ofRun run: String) {
        let files = FileManager.default
        let state = data + "/state"
        for vault in (try? files.contentsOfDirectory(atPath: state)) ?? [] {
            // Failing to tidy up is no reason to call a run failed.
            try? files.removeItem(atPath: "\(state)/\(vault)/\(run)")
            try? files.removeItem(atPath: "\(state)/\(vault)/\(run).json")
        }
    }

    /// The pipeline over this folder.
    ///
    /// - Parameters:
    ///   - credentials: the credentials file.
    ///   - environment: variables that replace addresses and credentials.
    ///   - executor: sends REST requests.
    ///   - observe: is told what happens.
    /// - Returns: the three functions over the folder.
    /// - Throws: `InvalidConfiguration` for a variable, `StoreUnavailable` for the database.
    func pipeline(
        credentials: String,
        environment: [String: String],
        executor: any HTTPExecutor,
        observe: @escaping SyncObserver
    ) throws -> Pipeline {
        let clock = SystemClock()
        let scratch = data + "/tmp"
        let mirror = FolderObjectStore(root: path, scratch: scratch)
        let obsidian = ObsidianProvider(
            try .init(environment: environment),
            executor: executor,
            clock: clock
        )
        var pipeline = Pipeline(
            secrets: FileSecretStore(path: credentials, environment: environment),
            providers: [obsidian],
            records: try SQLiteRecordStore(path: data + "/records.sqlite"),
            state: FolderObjectStore(root: data + "/state", scratch: scratch),
            mirror: { request in
                guard request.destinationBucket == nil, request.destinationPrefix == nil else {
                    throw SyncError(.invalidInput, "dest_bucket and dest_prefix mean nothing here; use --dest")
                }
                return mirror
            },
            clock: clock,
            makeHasher: { SHA256Hasher() }
        )
        pipeline.observe = observe
        return pipeline
    }
}

extension String {
    fileprivate var trimmingSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
