import Checksums
import Clocks
import Foundation
import LocalAdapters
import Pipeline
import SyncCore

/// A folder that holds a mirror, and what Obsync keeps beside it in `.obsync`.
struct LocalFolder: MirrorPlace {
    let path: String
    private let stateFolder: String?

    /// Names a folder.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - state: where its databases are; nil for where they were the last time, or in the folder itself.
    init(_ path: String, state: String? = nil) {
        self.path = Self.absolute(path)
        stateFolder = state.map(Self.absolute)
    }

    /// A path from the top, without a slash at its end.
    static func absolute(_ path: String) -> String {
        let path = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    var name: String { path }
    var data: String { path + "/.obsync" }
    var executions: String { databases.folder + "/executions.sqlite" }
    var records: String { databases.folder + "/records.sqlite" }
    var disk: String { path }
    var reservedFolders: [String] { [] }
    var furtherArguments: [String] { stateFolder.map { ["--state", $0] } ?? [] }
    private var databases: DatabasePlace { DatabasePlace(data: data, asked: stateFolder) }

    var isGone: Bool {
        let files = FileManager.default
        return databases.folder != data && files.fileExists(atPath: records) && !files.fileExists(atPath: data)
    }

    @discardableResult
    func prepare(environment: [String: String]) throws -> [String] {
        try prepare(environment: environment, mounts: .current)
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

    func files(_ connection: PlaceConnection, _ records: SQLiteRecordStore) throws -> (any ObjectStore, String) {
        let keeping = FolderKeeping(
            records,
            history: data + "/history",
            begun: Date(),
            now: { SystemClock().now },
            makeHasher: { SHA256Hasher() }
        )
        let store = FolderObjectStore(
            root: path,
            scratch: data + "/tmp",
            keeping: keeping,
            trouble: connection.trouble
        ) { StandardStreams.error("  note: \($0)") }
        return (store, "folder")
    }

    func check(_ terms: ClaimTerms, _ connection: PlaceConnection, credentials: String) async throws {
        if terms.adopts { return }
        try await DestinationCheck(folder: self, credentials: credentials, connection: connection).check(terms.vault)
    }

    func claim(_ pipeline: Pipeline, _ terms: ClaimTerms, _ connection: PlaceConnection) async throws -> [String] {
        let provider = try pipeline.providers.named(in: try await pipeline.secrets.current().secret)
        let vaults = try await SQLiteRecordStore(path: records).vaults()
        try FolderClaim(folder: self, command: "").make(.init(provider: provider.name, vaults: vaults))
        return []
    }

    func markWiped(_ records: SQLiteRecordStore, _ connection: PlaceConnection) async throws -> [String] {
        let wiped = WipedFolders(place: name, records: records, now: SystemClock().now) { records, folder in
            records.allSatisfy { record in
                guard let key = try? KeyMapping.key(folder: folder, path: record.path) else { return true }
                // A link that leads nowhere, or one in the way of a folder, is no file of the mirror either.
                return !FileManager.default.fileExists(atPath: "\(path)/\(key.rawValue)")
            }
        }
        return try await wiped.markFiles()
    }

    func expire(after summary: Summary, _ terms: HistoryTerms) async throws -> [String] {
        try await HistoryCare(folder: self, terms: terms)(summary)
    }
}

extension LocalFolder: Hashable {
    static func == (lhs: LocalFolder, rhs: LocalFolder) -> Bool { lhs.path == rhs.path }

    func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
