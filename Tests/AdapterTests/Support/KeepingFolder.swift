import Checksums
import Clocks
import Foundation
import SyncCore

@testable import LocalAdapters

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A mirror in a folder that keeps what is taken out of it.
struct KeepingFolder {
    let path: String
    let records: SQLiteRecordStore
    let keeping: FolderKeeping
    let store: FolderObjectStore
    let trouble: DestinationTrouble

    var files: String { path + "/files" }
    var index: FolderIndex { keeping.index }

    init(_ path: String, begun: Date = Date(timeIntervalSince1970: 1_800_000_000)) throws {
        self.path = path
        for name in ["files", "history"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        }
        records = try SQLiteRecordStore(path: path + "/records.sqlite")
        let now = Timestamp(milliseconds: Int64(begun.timeIntervalSince1970 * 1000))
        keeping = FolderKeeping(
            records,
            history: path + "/history",
            begun: begun,
            now: { now },
            makeHasher: { SHA256Hasher() }
        )
        trouble = DestinationTrouble(path: path + "/files")
        store = FolderObjectStore(root: path + "/files", scratch: path + "/scratch", keeping: keeping, trouble: trouble)
    }

    /// Stores a text as the mirror does.
    @discardableResult
    func put(_ key: String, _ text: String, version: Int = 1) async throws -> StoredObject {
        let bytes = Array(text.utf8)
        let attributes = ObjectAttributes(
            contentType: "text/plain",
            sha256: Self.sha256(text),
            sourceVersion: String(version),
            mtime: Timestamp(milliseconds: 1_700_000_000_000)
        )
        return try await store.put(ObjectKey(key), bytes, attributes)
    }

    /// What the user does.
    func write(_ key: String, _ text: String) throws {
        let url = URL(filePath: "\(files)/\(key)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func text(_ key: String) -> String? {
        FileManager.default.contents(atPath: "\(files)/\(key)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// What was set aside: place below the history, why, and the text.
    func setAside() throws -> [(place: String, ending: FileVersion.Ending, text: String?)] {
        try index.setAside(below: "", after: nil).map { aside in
            let data = FileManager.default.contents(atPath: "\(path)/history/\(aside.place)")
            return (aside.place, aside.ending, data.map { String(decoding: $0, as: UTF8.self) })
        }
    }

    /// All files and links below the history.
    func kept() -> [String] {
        let found = FileManager.default.enumerator(atPath: path + "/history")?.compactMap { $0 as? String } ?? []
        return found.filter { name in
            var status = stat()
            return lstat("\(path)/history/\(name)", &status) == 0 && !status.isFolder
        }.sorted()
    }

    static func sha256(_ text: String) -> String {
        var hasher = SHA256Hasher()
        hasher.update(Array(text.utf8))
        return hasher.hexDigest()
    }
}

func withKeepingFolder(_ body: (KeepingFolder) async throws -> Void) async throws {
    try await withTemporaryFolder { try await body(KeepingFolder($0)) }
}
