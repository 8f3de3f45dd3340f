import AWSAdapters
import AWSClient
import Foundation
import HTTPTransport
import LocalAdapters
import SyncCore

/// A bucket that holds a mirror. What Obsync keeps beside it is in a folder of this machine, but for one small object: the claim.
struct BucketPlace: MirrorPlace {
    let bucket: String
    /// Empty, or ending in a slash.
    let prefix: String
    let data: String
    /// How the store is reached, as somebody said it.
    let settings: StoreSettings
    let memory: BucketMemory
    private let asked: String?
    private let standard: String

    /// Names a bucket.
    ///
    /// - Parameters:
    ///   - bucket: the bucket's name.
    ///   - prefix: empty, or ending in a slash.
    ///   - state: the folder of this machine for what is kept beside it; nil for where it was the last time, or the usual one.
    ///   - settings: how the store is reached.
    ///   - environment: names the folder for the state of programs.
    init(
        _ bucket: String,
        prefix: String,
        state: String? = nil,
        settings: StoreSettings = StoreSettings(),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        (self.bucket, self.prefix, self.settings) = (bucket, prefix, settings)
        let title = (bucket + "/" + prefix).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        standard = StateHome.folder(
            String(title.prefix(80)).trimmingCharacters(in: ["-"]),
            of: "s3://\(bucket)/\(prefix)",
            environment: environment
        )
        asked = state.map(LocalFolder.absolute)
        data = asked ?? Self.pointed(standard) ?? standard
        memory = BucketMemory(path: data + "/destination.json")
    }

    var name: String { MirrorAddress.bucket(bucket, prefix: prefix).name }
    var records: String { data + "/records.sqlite" }
    var executions: String { data + "/executions.sqlite" }
    var disk: String { data }
    var isGone: Bool { false }
    /// What a command line says besides `--dest` so that it means this place.
    var furtherArguments: [String] { (asked.map { ["--state", $0] } ?? []) + settings.arguments }
    /// A deployment keeps its working data there.
    var reservedFolders: [String] { ["state"] }
    /// What records and deployments call the place.
    var destination: String { "\(bucket)/\(prefix)" }

    /// Where the state was put the last time, as a file in the usual folder says.
    private static func pointed(_ standard: String) -> String? {
        let text = try? String(contentsOfFile: standard + "/state-folder", encoding: .utf8)
        return text?.trimmingCharacters(in: .newlines).nonEmptyPath
    }

    @discardableResult
    func prepare(environment: [String: String]) throws -> [String] {
        try checkState()
        let files = FileManager.default
        do {
            for folder in [data, data + "/state", data + "/tmp"] {
                try files.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            }
        } catch {
            throw SyncError(.invalidInput, "the folder \(data) cannot be made; name another one with --state")
        }
        try memory.prepare(for: destination)
        if data != Self.pointed(standard) ?? standard {
            // Where that cannot be kept, --state has to be given each time.
            try? files.createDirectory(atPath: standard, withIntermediateDirectories: true)
            try? Data((data + "\n").utf8).write(to: URL(filePath: standard + "/state-folder"), options: .atomic)
        }
        guard let network = MountTable.current.networkType(of: data) else { return [] }
        return ["\(data) is on a network file system (\(network)), which may damage the records that are kept in it"]
    }

    /// Refuses a state folder beside the one that was used so far: the mirror would seem to be somebody else's.
    ///
    /// - Throws: `InvalidInput`.
    func checkState() throws(SyncError) {
        let files = FileManager.default
        let before = Self.pointed(standard) ?? standard
        guard before != data, files.fileExists(atPath: before + "/records.sqlite"), !files.fileExists(atPath: records)
        else { return }
        throw SyncError(.invalidInput, "the records of this mirror are in \(before); move that folder to \(data) first")
    }

    /// The service, as settings, environment, profile and what is remembered say, in this order.
    ///
    /// - Throws: `InvalidConfiguration` for a variable or a profile, `InvalidInput` for an address without TLS.
    func service(_ connection: PlaceConnection) throws -> S3 {
        try settings.service(remembered: memory.content?.endpoint, connection)
    }

    func files(_ connection: PlaceConnection, _ records: SQLiteRecordStore) throws -> (any ObjectStore, String) {
        (try store(connection), destination)
    }

    /// The store of the files.
    ///
    /// - Parameters:
    ///   - connection: how it is reached.
    ///   - blockSize: how many bytes one request reads.
    /// - Returns: the store.
    /// - Throws: as ``service(_:)`` does.
    func store(_ connection: PlaceConnection, blockSize: Int = 512 << 10) throws -> S3ObjectStore {
        let memory = memory
        let known = memory.content?.abilities ?? StoreAbilities()
        let knowledge = StoreKnowledge(known) { abilities, sentence in
            StandardStreams.error("  note: \(sentence)")
            // What cannot be kept is found out again.
            try? memory.update { $0.abilities = abilities }
        }
        return S3ObjectStore(
            s3: try service(connection),
            bucket: bucket,
            prefix: prefix,
            blockSize: blockSize,
            knowledge: knowledge
        )
    }

    func expire(after summary: Summary, _ terms: HistoryTerms) async throws -> [String] { [] }
}

extension String {
    fileprivate var nonEmptyPath: String? { hasPrefix("/") ? self : nil }
}
