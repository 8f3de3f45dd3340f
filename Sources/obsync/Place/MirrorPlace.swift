import Authenticating
import Checksums
import Clocks
import CredentialFiles
import Foundation
import HTTPTransport
import Listing
import LocalAdapters
import Logging
import Pipeline
import Providers
import SyncCore

/// A mirror that is kept by this machine: its files are in a folder or in a bucket, its records in SQLite here.
protocol MirrorPlace: Sendable {
    /// What people call the place: the folder's path, or `s3://bucket/prefix`. `--dest` takes it.
    var name: String { get }
    /// The folder of this machine with the lock, the working data and half-written files.
    var data: String { get }
    /// The database of the records.
    var records: String { get }
    /// The database of the executions.
    var executions: String { get }
    /// The folder whose disk fills up first.
    var disk: String { get }
    /// Whether the records know of a mirror, but nothing of it is there: its disk or share has gone.
    var isGone: Bool { get }
    /// What a command line says besides `--dest` so that it means this place.
    var furtherArguments: [String] { get }
    /// Folders at the top of the mirror that no vault may take.
    var reservedFolders: [String] { get }

    /// Makes what is kept on this machine.
    ///
    /// - Parameter environment: names the folder for the state of programs.
    /// - Returns: sentences for people.
    /// - Throws: `InvalidInput` when that cannot be made.
    @discardableResult
    func prepare(environment: [String: String]) throws -> [String]

    /// The store of the files, and what the records know it by.
    ///
    /// - Throws: `InvalidConfiguration` for a variable.
    func files(_ connection: PlaceConnection, _ records: SQLiteRecordStore) throws -> (any ObjectStore, String)

    /// Refuses a place that is not ours. Nothing is written.
    ///
    /// - Parameters:
    ///   - terms: what somebody allows the run to do.
    ///   - connection: how the account and the place are reached.
    ///   - credentials: the credentials file.
    /// - Throws: `InvalidInput` for such a place, and what signing in and listing the vaults throws.
    func check(_ terms: ClaimTerms, _ connection: PlaceConnection, credentials: String) async throws

    /// Has the files fetched again of vaults of which nothing is there any more. Only records are written.
    ///
    /// - Parameters:
    ///   - records: the records, or a copy of them.
    ///   - connection: how the place is reached.
    /// - Returns: sentences for people.
    /// - Throws: `StoreUnavailable`.
    func markWiped(_ records: SQLiteRecordStore, _ connection: PlaceConnection) async throws -> [String]

    /// Claims the place.
    ///
    /// - Parameters:
    ///   - pipeline: the functions over this place.
    ///   - terms: what somebody allows the run to do.
    ///   - connection: how the place is reached.
    /// - Returns: sentences for people.
    /// - Throws: `InvalidInput` for a place of somebody else, `StoreUnavailable`.
    func claim(_ pipeline: Pipeline, _ terms: ClaimTerms, _ connection: PlaceConnection) async throws -> [String]

    /// Looks after earlier versions when a run has ended well.
    ///
    /// - Parameters:
    ///   - summary: how the run ended.
    ///   - run: the times and limits that count.
    /// - Returns: sentences for people.
    /// - Throws: `StoreUnavailable`.
    func expire(after summary: Summary, _ run: HistoryTerms) async throws -> [String]
}

/// How a place and an account are reached.
struct PlaceConnection: Sendable {
    var environment: [String: String]
    var executor: any HTTPExecutor
    /// Remembers what is wrong with the whole place.
    var trouble: DestinationTrouble
    var logger: Logger
}

/// What somebody allows a run to do with a place that is not its own yet.
struct ClaimTerms: Sendable {
    /// The vault that they named, if they did.
    var vault: String?
    /// Whether what is there already is no reason to stop.
    var adopts = false
    /// Whether a bucket goes over from the machine or the state that had it.
    var takesOver = false
}

extension MirrorPlace {
    /// A way to the place for a command that makes no run, and so looks out for no trouble of the whole place.
    func connection(
        _ environment: [String: String],
        _ executor: any HTTPExecutor,
        _ logger: Logger
    ) -> PlaceConnection {
        PlaceConnection(
            environment: environment,
            executor: executor,
            trouble: DestinationTrouble(path: disk),
            logger: logger
        )
    }

    /// What a command line says so that it means this place.
    var arguments: [String] { ["--dest", name] + furtherArguments }
    /// The credentials file of the demo and of the first release.
    var credentials: String { data + "/credentials.json" }
    /// The lock's file.
    var lock: String { data + "/lock" }
    /// Where manifests and batches are.
    var state: FolderObjectStore { FolderObjectStore(root: data + "/state", scratch: data + "/state/tmp") }

    /// What a demo may see of the environment: what leads to the store, and nothing that leads to an account.
    var demoEnvironment: [String: String] {
        guard self is BucketPlace else { return [:] }
        let wanted = ["HOME", "PATH", "SSL_CERT_FILE", "XDG_STATE_HOME"]
        return ProcessInfo.processInfo.environment.filter { name, _ in
            wanted.contains(name) || name.hasPrefix("AWS_") || name.uppercased().hasSuffix("_PROXY")
        }
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

    /// Removes half-written files and the working data of runs, but for those that somebody may still redrive, as far as no
    /// newer run has had the vault since. Uploads in parts stay: records may go on with them, and those that no record knows
    /// are thrown away by the lister.
    ///
    /// - Parameter executions: those that are kept.
    /// - Throws: `StoreUnavailable` where the databases cannot be read.
    func removeWorkingData(of executions: KeptExecutions) async throws {
        // Failing to tidy up is no reason to call a run failed.
        FolderObjectStore.removeHalfWrittenFiles(in: data + "/tmp")
        let kept = try await executions.redrivableRuns()
        let superseded = try await superseded(kept)
        let files = FileManager.default
        let state = data + "/state"
        for folder in (try? files.contentsOfDirectory(atPath: state)) ?? [] {
            for name in (try? files.contentsOfDirectory(atPath: "\(state)/\(folder)")) ?? []
            where name != KeyMapping.heldFolder {
                let run = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
                if kept.contains(run), !superseded.contains("\(folder)/\(name)") { continue }
                try? files.removeItem(atPath: "\(state)/\(folder)/\(name)")
            }
        }
    }

    /// The folders, as `vault/run`, of what runs have left behind for vaults that newer runs have had since.
    private func superseded(_ runs: Set<String>) async throws -> Set<String> {
        guard !runs.isEmpty else { return [] }
        let terms = try await SQLiteRecordStore(path: records).terms()
        var folders: Set<String> = []
        for id in runs.compactMap({ RunID($0) }) {
            // What cannot be read stays where it is.
            let report = try? await RunReport.load(id, from: state, now: SystemClock().now)
            for vault in report?.superseded(by: terms) ?? [] { folders.insert("\(vault.rawValue)/\(id.rawValue)") }
        }
        return folders
    }

    /// The pipeline over this place.
    ///
    /// - Parameters:
    ///   - credentials: the credentials file.
    ///   - connection: how account and place are reached.
    ///   - providerClock: what the providers wait by.
    ///   - observe: is told what happens.
    /// - Returns: the three functions over the place.
    /// - Throws: `InvalidConfiguration` for a variable, `StoreUnavailable` for the database.
    func pipeline(
        credentials: String,
        _ connection: PlaceConnection,
        providerClock: any WallClock = SystemClock(),
        observe: @escaping SyncObserver = { _ in }
    ) async throws -> Pipeline {
        let clock = SystemClock()
        let environment = connection.environment
        let records = try SQLiteRecordStore(path: self.records)
        // Nobody else is at work here, so leases that still stand are those of processes that were killed.
        try await records.releaseAllLeases()
        let (mirror, name) = try files(connection, records)
        var pipeline = Pipeline(
            secrets: FileSecretStore(path: credentials, environment: environment),
            providers: try Self.providers(
                environment: environment,
                executor: connection.executor,
                clock: providerClock
            ),
            records: records,
            state: state,
            mirror: { request in
                guard request.destinationBucket == nil, request.destinationPrefix == nil else {
                    throw SyncError(.invalidInput, "dest_bucket and dest_prefix mean nothing here; use --dest")
                }
                return (mirror, name)
            },
            clock: clock,
            makeHasher: { SHA256Hasher() }
        )
        pipeline.observe = observe
        try pipeline.listing.take(SettingReader(environment))
        pipeline.listing.reservedFolders = reservedFolders
        pipeline.authenticating.deployment = environment["OBSYNC_DEPLOYMENT"] ?? "on this machine"
        pipeline.notify = { notice, _ in StandardStreams.error("\(notice.subject)\n\(notice.body)") }
        return pipeline
    }

    /// The providers that the command line knows.
    ///
    /// - Throws: `InvalidConfiguration` for a variable.
    static func providers(
        environment: [String: String],
        executor: any HTTPExecutor,
        clock: any WallClock
    ) throws -> [any LibraryProvider] {
        try ProviderDescription.makeAll(environment: environment, executor: executor, clock: clock)
    }
}
