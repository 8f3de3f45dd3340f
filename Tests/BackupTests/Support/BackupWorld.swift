import Backup
import Checksums
import Clocks
import SyncCore
import TestSupport

/// A mirror in memory: records, and objects below the folder `Notes`.
struct BackupWorld {
    // swift-format-ignore: NeverForceUnwrap
    static let vault = VaultID("vault")!
    // swift-format-ignore: NeverForceUnwrap
    static let run = RunID("run")!

    let records = MemoryRecordStore(pageSize: 3)
    let store = MemoryObjectStore(chunkSize: 4)

    func verification(
        depth: Verification.Depth = .bytes,
        share: Share = .whole,
        bandwidth: BandwidthLimit? = nil,
        failing faults: Faults<FaultyObjectStore.Operation> = Faults()
    ) -> Verification {
        Verification(
            records,
            FaultyObjectStore(store, fail: faults),
            settings: .init(depth: depth, share: share, filesAtOnce: 2, bandwidth: bandwidth),
            makeHasher: { FingerprintHasher() }
        )
    }

    /// Mirrors a file.
    @discardableResult
    func mirror(
        _ path: String,
        _ text: String,
        _ change: (inout FileRecord) -> Void = { _ in }
    ) async throws -> FileRecord {
        let bytes = Array(text.utf8)
        let entry = Entry(
            kind: .file,
            path: VaultPath(path),
            version: 1,
            handle: "1",
            size: Int64(bytes.count),
            sha256: FingerprintHasher.digest(bytes)
        )
        let author = FileRecord.Author(run: Self.run, epoch: "e", now: InstantClock.start)
        var record = FileRecord(entry, status: .completed, author: author, previous: nil)
        change(&record)
        try await records.save(record, in: Self.vault)
        try await put(path, text, sha256: record.sha256)
        return record
    }

    func put(_ path: String, _ text: String, sha256: String? = nil) async throws {
        let attributes = ObjectAttributes(contentType: "text/plain", sha256: sha256, sourceVersion: "1")
        try await store.put(try ObjectKey("Notes/" + path), Array(text.utf8), attributes)
    }

    func remove(_ path: String) async throws {
        try await store.delete([try ObjectKey("Notes/" + path)])
    }
}

/// Versions in memory.
struct MemoryHistory: VersionHistory {
    var files: [FileVersions] = []
    var bytes: [FileVersion.Place: [UInt8]] = [:]
    var chunkSize = 3

    /// Adds a version of a file.
    mutating func add(
        _ path: String,
        _ text: String,
        since: Int64? = nil,
        until: Int64? = nil,
        _ ending: FileVersion.Ending? = nil
    ) {
        let place = FileVersion.Place(rawValue: "\(bytes.count)")
        bytes[place] = Array(text.utf8)
        var version = FileVersion(path: VaultPath(path), size: Int64(text.utf8.count), place: place)
        version.sha256 = FingerprintHasher.digest(Array(text.utf8))
        version.mtime = Timestamp(milliseconds: 1000 + Int64(text.utf8.count))
        version.since = since.map(Timestamp.init(milliseconds:))
        version.until = until.map(Timestamp.init(milliseconds:))
        version.ending = ending
        if let index = files.firstIndex(where: { $0.path == version.path }) {
            files[index].versions.append(version)
        } else {
            files.append(FileVersions(path: version.path, versions: [version]))
            files.sort { $0.path < $1.path }
        }
    }

    func vaults() async throws -> [MirroredVault] {
        [MirroredVault(id: BackupWorld.vault, folder: "Notes")]
    }

    func files(of vault: MirroredVault) -> any AsyncSequence<[FileVersions], any Error> & Sendable {
        Replay(pagesOf: files, 2)
    }

    func read(_ version: FileVersion, from offset: Int64) async throws -> ByteStream? {
        bytes[version.place].map { Replay($0.dropFirst(Int(offset)), chunkSize: chunkSize) }
    }
}
