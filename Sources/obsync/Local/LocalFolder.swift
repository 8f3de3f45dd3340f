import Authenticating
import Checksums
import Clocks
import Foundation
import GoProCloud
import HTTPTransport
import LocalAdapters
import Logging
import ObsidianSync
import Pipeline
import SyncCore

/// A folder that holds a mirror, and what Obsync keeps beside it in `.obsync`.
struct LocalFolder: Sendable {
    let path: String
    private let state: String?

    /// Names a folder.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - state: where its databases are; nil for where they were the last time, or in the folder itself.
    init(_ path: String, state: String? = nil) {
        self.path = Self.absolute(path)
        self.state = state.map(Self.absolute)
    }

    private static func absolute(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.path(percentEncoded: false).trimmingSlash
    }

    var data: String { path + "/.obsync" }
    var credentials: String { data + "/credentials.json" }
    var executions: String { databases.folder + "/executions.sqlite" }
    var records: String { databases.folder + "/records.sqlite" }
    private var databases: DatabasePlace { DatabasePlace(data: data, asked: state) }

    /// Whether the records are elsewhere and know of a mirror here, but nothing of it is here: its disk or share has gone.
    var isGone: Bool {
        let files = FileManager.default
        return databases.folder != data && files.fileExists(atPath: records) && !files.fileExists(atPath: data)
    }

    /// Makes the folder and its data folder, which only its owner can read.
    ///
    /// - Parameters:
    ///   - environment: names the folder for the state of programs.
    ///   - mounts: tells which folders lie on a network file system.
    /// - Returns: sentences for people.
    /// - Throws: `InvalidInput` when a folder cannot be made.
    @discardableResult
    func prepare(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        mounts: MountTable = .current
    ) throws -> [String] {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try FileManager.default.createDirectory(
                atPath: data,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            for name in ["state", "history"] {
                try FileManager.default.createDirectory(atPath: "\(data)/\(name)", withIntermediateDirectories: true)
            }
        } catch {
            throw SyncError(.invalidInput, "the folder \(path) cannot be made; name another one with --dest")
        }
        return try [databases.prepare(environment: environment, mounts: mounts)].compactMap(\.self)
    }

    /// Puts whole copies in the place of damaged databases. Only who holds the lock may do so.
    ///
    /// - Returns: sentences for people.
    /// - Throws: `StoreUnavailable` when that cannot be done.
    func repairDatabases() throws -> [String] {
        [
            try DatabaseRepair(path: records, content: "records")(),
            try DatabaseRepair(path: executions, content: "executions")(),
        ].compactMap(\.self)
    }

    /// Keeps a copy of the records once a day, after a run that ended well.
    func keepCopyOfRecords(_ logger: Logger) {
        do {
            try SQLiteRecordStore(path: records).backUp(ifOlderThan: .seconds(20 * 3600), now: Date())
        } catch {
            // The mirror is right all the same; the next run tries again.
            logger.warning("records not copied", metadata: ["error.type": "\(type(of: error))"])
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
    ///   - trouble: remembers what is wrong with the whole folder.
    ///   - observe: is told what happens.
    /// - Returns: the three functions over the folder.
    /// - Throws: `InvalidConfiguration` for a variable, `StoreUnavailable` for the database.
    func pipeline(
        credentials: String,
        environment: [String: String],
        executor: any HTTPExecutor,
        providerClock: any WallClock = SystemClock(),
        trouble: DestinationTrouble,
        observe: @escaping SyncObserver
    ) async throws -> Pipeline {
        let clock = SystemClock()
        let scratch = data + "/tmp"
        let records = try SQLiteRecordStore(path: self.records)
        // Nobody else is at work here, so leases that still stand are those of processes that were killed.
        try await records.releaseAllLeases()
        let providers = try Self.providers(environment: environment, executor: executor, clock: providerClock)
        let keeping = FolderKeeping(
            records,
            history: data + "/history",
            begun: Date(),
            now: { clock.now },
            makeHasher: { SHA256Hasher() }
        )
        let mirror = FolderObjectStore(root: path, scratch: scratch, keeping: keeping, trouble: trouble) { note in
            StandardStreams.error("  note: \(note)")
        }
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
