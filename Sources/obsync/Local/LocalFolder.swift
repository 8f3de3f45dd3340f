import Foundation
import GoProCloud
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
    var executions: String { data + "/executions.sqlite" }

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

    /// Removes half-written files and the working data of runs, but for those that somebody may still redrive. Uploads in
    /// parts stay: records may go on with them, and those that no record knows are thrown away by the lister.
    ///
    /// - Parameter kept: the ids of the runs whose manifests and batches stay.
    func removeWorkingData(keeping kept: Set<String>) {
        // Failing to tidy up is no reason to call a run failed.
        FolderObjectStore.removeHalfWrittenFiles(in: data + "/tmp")
        let files = FileManager.default
        let state = data + "/state"
        for folder in (try? files.contentsOfDirectory(atPath: state)) ?? [] {
            for name in (try? files.contentsOfDirectory(atPath: "\(state)/\(folder)")) ?? [] {
                let run = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
                if !kept.contains(run) { try? files.removeItem(atPath: "\(state)/\(folder)/\(name)") }
            }
        }
    }

    /// The providers that the command line knows.
    ///
    /// - Throws: `InvalidConfiguration` for a variable.
    static func providers(
        environment: [String: String],
        executor: any HTTPExecutor,
        clock: any WallClock
    ) throws -> [any LibraryProvider] {
        [
            ObsidianProvider(try .init(environment: environment), executor: executor, clock: clock),
            GoProProvider(try .init(environment: environment), executor: executor, clock: clock),
        ]
    }

    /// The pipeline over this folder.
    ///
    /// - Parameters:
    ///   - credentials: the credentials file.
    ///   - environment: variables that replace addresses and credentials.
    ///   - executor: sends REST requests.
    ///   - providerClock: what the providers wait by.
    ///   - observe: is told what happens.
    /// - Returns: the three functions over the folder.
    /// - Throws: `InvalidConfiguration` for a variable, `StoreUnavailable` for the database.
    func pipeline(
        credentials: String,
        environment: [String: String],
        executor: any HTTPExecutor,
        providerClock: any WallClock = SystemClock(),
        observe: @escaping SyncObserver
    ) async throws -> Pipeline {
        let clock = SystemClock()
        let scratch = data + "/tmp"
        let records = try SQLiteRecordStore(path: data + "/records.sqlite")
        // Nobody else is at work here, so leases that still stand are those of processes that were killed.
        try await records.releaseAllLeases()
        let mirror = FolderObjectStore(root: path, scratch: scratch)
        let providers = try Self.providers(environment: environment, executor: executor, clock: providerClock)
        var pipeline = Pipeline(
            secrets: FileSecretStore(path: credentials, environment: environment),
            providers: providers,
            records: records,
            state: FolderObjectStore(root: data + "/state", scratch: data + "/state/tmp"),
            mirror: { request in
                guard request.destinationBucket == nil, request.destinationPrefix == nil else {
                    throw SyncError(.invalidInput, "dest_bucket and dest_prefix mean nothing here; use --dest")
                }
                return (mirror, "folder")
            },
            clock: clock,
            makeHasher: { SHA256Hasher() }
        )
        pipeline.observe = observe
        pipeline.authenticating.deployment = environment["OBSYNC_DEPLOYMENT"] ?? "on this machine"
        pipeline.notify = { notice, _ in StandardStreams.error("\(notice.subject)\n\(notice.body)") }
        return pipeline
    }
}

extension String {
    fileprivate var trimmingSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
