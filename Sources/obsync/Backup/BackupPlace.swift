import AWSAdapters
import AWSClient
import ArgumentParser
import Backup
import Clocks
import Foundation
import LocalAdapters
import Logging
import SyncCore

/// A mirror that is looked into, verified or restored from.
struct BackupPlace: Sendable {
    /// What is known of the files; nil where only the bucket itself can be read.
    let records: (any RecordStore)?
    let store: any ObjectStore
    let history: any VersionHistory
    let vaults: [MirroredVault]
    /// What people call the place.
    let name: String
    /// Whether reading goes over a network and may cost.
    var isRemote = false

    /// Folders at the top of the store that hold no files of a mirror.
    static let reserved = [".obsync", "state"]

    /// Opens a mirror, works with it, and closes what it needed.
    ///
    /// - Throws: `InvalidInput` where there is no mirror, `StoreUnavailable` and `InvalidConfiguration` where it cannot be
    ///   read, and what `body` throws.
    static func with(
        _ place: any MirrorPlace,
        _ logger: Logger,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        _ body: (BackupPlace) async throws -> Void
    ) async throws {
        guard let bucket = place as? BucketPlace else {
            guard FileManager.default.fileExists(atPath: place.records) else {
                throw SyncError(
                    .invalidInput,
                    "there is no mirror in \(place.name); name the folder that obsync sync was given with --dest"
                )
            }
            return try await body(try await open(place))
        }
        try await withTransport(environment) { transport in
            let connection = place.connection(environment, transport, logger)
            try await body(try await open(bucket, connection))
        }
    }

    /// Opens the mirror in a folder.
    private static func open(_ folder: any MirrorPlace) async throws -> BackupPlace {
        let records = try SQLiteRecordStore(path: folder.records)
        let store = FolderObjectStore(root: folder.disk, scratch: folder.data + "/tmp")
        let vaults = try await vaults(try await records.vaults(), in: records)
        return BackupPlace(
            records: records,
            store: store,
            history: FolderVersionHistory(records, store, history: folder.data + "/history", vaults: vaults),
            vaults: vaults,
            name: folder.name
        )
    }

    /// Opens the mirror in a bucket: with its records where this machine has them, and without any otherwise.
    private static func open(_ bucket: BucketPlace, _ connection: PlaceConnection) async throws -> BackupPlace {
        var records: SQLiteRecordStore?
        var known: [MirroredVault]?
        if FileManager.default.fileExists(atPath: bucket.records) {
            let kept = try SQLiteRecordStore(path: bucket.records)
            let vaults = try await vaults(try await kept.vaults(), in: kept)
            // A first run that was refused has left empty ones.
            if !vaults.isEmpty { (records, known) = (kept, vaults) }
        }
        let history = S3VersionHistory(
            s3: try bucket.service(connection),
            bucket: bucket.bucket,
            prefix: bucket.prefix,
            reserved: reserved,
            vaults: known,
            blockSize: ReadingCost.blockSize
        )
        return BackupPlace(
            records: records,
            store: try bucket.store(connection, blockSize: ReadingCost.blockSize),
            history: history,
            vaults: try await history.vaults(),
            name: bucket.name,
            isRemote: true
        )
    }

    /// Opens the mirror of a deployment, with the records of its table.
    fileprivate static func open(_ deployment: AWSDeployment) async throws -> BackupPlace {
        let (records, s3) = (deployment.records, S3(client: deployment.client))
        let prefix = deployment.parameters["FilesPrefix"] ?? ""
        let vaults = try await vaults(try await records.vaults(), in: records)
        return BackupPlace(
            records: records,
            store: S3ObjectStore(
                s3: s3,
                bucket: deployment.bucket,
                prefix: prefix,
                blockSize: ReadingCost.blockSize
            ),
            history: S3VersionHistory(
                s3: s3,
                bucket: deployment.bucket,
                prefix: prefix,
                reserved: reserved,
                vaults: vaults,
                blockSize: ReadingCost.blockSize
            ),
            vaults: vaults,
            name: deployment.title,
            isRemote: true
        )
    }

    private static func vaults(_ ids: [VaultID], in records: any RecordStore) async throws -> [MirroredVault] {
        var vaults: [MirroredVault] = []
        for id in ids {
            if let state = try await records.state(of: id) {
                vaults.append(MirroredVault(id: id, folder: state.folder))
            }
        }
        return vaults
    }

    /// The vaults that somebody means.
    ///
    /// - Parameter text: the id of a vault or the name of its folder; nil for all.
    /// - Returns: none only where nothing was ever mirrored.
    /// - Throws: `InvalidInput` with those that there are.
    func vaults(named text: String?) throws -> [MirroredVault] {
        guard let text, !vaults.isEmpty else { return vaults }
        let named = vaults.filter { $0.id?.rawValue == text || $0.folder.utf8.elementsEqual(text.utf8) }
        guard named.isEmpty else { return named }
        let there = vaults.map(\.title).joined(separator: ", ")
        throw SyncError(.invalidInput, "there is no vault '\(text)' in \(name); there are: \(there)")
    }
}

extension BackupPlace {
    /// What is known of some files, whatever the moment.
    struct Known {
        var files = 0
        /// One of them, as it is shown.
        var example: String?
        var earliest: Timestamp?
    }

    /// Counts the files that are known.
    ///
    /// - Throws: `InvalidInput` for a vault that there is not, and what the history throws.
    func known(_ vault: String?, _ selection: FileSelection) async throws -> Known {
        var known = Known()
        for vault in try vaults(named: vault) {
            for try await page in history.files(of: vault) {
                for file in page where selection.contains(file.path) {
                    known.files += 1
                    if known.example == nil { known.example = vault.shown(file.path) }
                    let first = file.versions.lazy.filter(\.isFromSource).compactMap(\.since).min()
                    known.earliest = [known.earliest, first].compactMap(\.self).min()
                }
            }
        }
        return known
    }

    /// Says that a pattern names no file, and which there are.
    func nothing(fits pattern: String?, in vault: String?) async throws -> String {
        let known = try await known(vault, FileSelection(nil))
        guard let example = known.example else { return "\(name) holds no file yet" }
        let files = known.files == 1 ? "one file is" : "\(known.files) files are"
        guard let pattern else { return "no file is mirrored now; \(files) known, for example \(example)" }
        return "no file fits '\(pattern.printable)'; \(files) known, for example \(example)"
    }
}

extension MirroredVault {
    /// What people call the vault: the name of its folder, or its id where its files lie at the top.
    var title: String {
        folder.isEmpty ? id?.rawValue ?? "library" : folder.printable
    }

    /// A path of the vault as it is seen from the top of the mirror.
    func shown(_ path: VaultPath) -> String {
        (folder.isEmpty ? path.rawValue : "\(folder)/\(path.rawValue)").printable
    }
}

/// Which mirror, vault and files a command is about.
struct BackupOptions: ParsableArguments {
    @Argument(help: "The id of a vault or the name of its folder; all vaults where none is named.")
    var vault: String?

    @Argument(
        help: "Only files that this pattern names, in the syntax of gitignore; a folder stands for all that lies in it."
    )
    var pattern: String?

    @OptionGroup var mirror: MirrorOptions

    /// Refuses a number of files at once that makes no sense.
    static func check(concurrency: Int) throws {
        guard (1...64).contains(concurrency) else { throw ValidationError("--concurrency takes from 1 to 64 files.") }
    }

    /// Opens the mirror and works with it.
    func withPlace(_ body: (BackupPlace) async throws -> Void) async throws {
        var logger = Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        switch try mirror.mirror() {
        case .place(let place): try await BackupPlace.with(place, logger, body)
        case .deployment(let choice):
            try await AWSDeployment.with(choice, logger) { try await body(try await BackupPlace.open($0)) }
        }
    }
}

/// A moment, as an option gives it.
extension Timestamp {
    /// Reads a moment as people write it, in the time zone of this machine.
    ///
    /// - Returns: the moment.
    /// - Throws: `InvalidInput`.
    static func read(_ text: String) throws -> Timestamp {
        try PointInTime(calendar: .current, now: SystemClock().now)(text)
    }

    /// Such as `2026-11-21 04:30`, local time.
    var localText: String {
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        let parts = Calendar.current.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        return String(
            format: "%04d-%02d-%02d %02d:%02d",
            parts.year ?? 0,
            parts.month ?? 0,
            parts.day ?? 0,
            parts.hour ?? 0,
            parts.minute ?? 0
        )
    }
}
