import Clocks
import NIOPosix
package import SyncCore

/// What a mirror in a folder holds, by its records, and what it held before, by what was set aside.
package struct FolderVersionHistory: VersionHistory {
    private let records: SQLiteRecordStore
    private let mirror: FolderObjectStore
    private let kept: FolderObjectStore
    private let mirrored: [MirroredVault]

    /// Makes a history.
    ///
    /// - Parameters:
    ///   - records: the records of the mirror.
    ///   - mirror: the mirror.
    ///   - history: the folder that keeps what was set aside.
    ///   - vaults: the vaults of the mirror.
    package init(
        _ records: SQLiteRecordStore,
        _ mirror: FolderObjectStore,
        history: String,
        vaults: [MirroredVault]
    ) {
        self.records = records
        self.mirror = mirror
        kept = FolderObjectStore(root: history, scratch: history + "/.scratch")
        mirrored = vaults
    }

    package func vaults() async throws -> [MirroredVault] { mirrored }

    package func files(of vault: MirroredVault) -> any AsyncSequence<[FileVersions], any Error> & Sendable {
        FolderVersions(records: records, index: FolderIndex(database: records.database), vault: vault)
    }

    package func read(_ version: FileVersion, from offset: Int64) async throws -> ByteStream? {
        let key = try ObjectKey(version.place.rawValue)
        return try await (version.ending == nil ? mirror : kept).read(key, from: offset)
    }
}

/// Records and what was set aside, merged by path.
private struct FolderVersions: AsyncSequence, Sendable {
    typealias Element = [FileVersions]
    typealias Failure = any Error

    let records: SQLiteRecordStore
    let index: FolderIndex
    let vault: MirroredVault

    func makeAsyncIterator() -> Iterator {
        Iterator(
            pages: vault.id.map { records.allRecords(in: $0, after: nil).makeAsyncIterator() },
            index: index,
            folder: vault.folder
        )
    }

    struct Iterator: AsyncIteratorProtocol {
        var pages: (any AsyncIteratorProtocol<[FileRecord], any Error>)?
        let index: FolderIndex
        let folder: String
        private var last: String?
        private var isAtEnd = false

        init(pages: (any AsyncIteratorProtocol<[FileRecord], any Error>)?, index: FolderIndex, folder: String) {
            self.pages = pages
            self.index = index
            self.folder = folder
        }

        private var prefix: String { folder.isEmpty ? "" : folder + "/" }

        mutating func next() async throws -> [FileVersions]? {
            while !isAtEnd {
                let page = try await pages?.next(isolation: nil)
                isAtEnd = page == nil
                let end = page?.last.map { prefix + $0.path.rawValue }
                let known = try await NIOThreadPool.singleton.runIfActive { [index, prefix, last] in
                    (
                        aside: try index.setAside(below: prefix, after: last, upTo: end),
                        since: try end.map { try index.beginnings(below: prefix, after: last, upTo: $0) } ?? [:]
                    )
                }
                last = end ?? last
                let files = merged(page ?? [], known.aside, known.since)
                if !files.isEmpty { return files }
            }
            return nil
        }

        /// Both sides come by the bytes of their paths.
        private func merged(
            _ page: [FileRecord],
            _ aside: [SetAside],
            _ since: [VaultPath: Timestamp]
        ) -> [FileVersions] {
            var versions: [VaultPath: [FileVersion]] = [:]
            let first = Dictionary(page.map { ($0.path, $0.firstSynced) }) { first, _ in first }
            for entry in aside {
                let path = VaultPath(String(entry.key.utf8.dropFirst(prefix.utf8.count)) ?? "")
                var version = FileVersion(path: path, size: entry.size, place: .init(rawValue: entry.place))
                version.until = entry.until
                version.ending = entry.ending
                version.sha256 = entry.sha256
                version.crc64nvme = entry.crc64nvme
                version.mtime = entry.mtime
                // Where nobody noted it: since the mirror stopped holding the one before.
                version.since =
                    entry.since ?? versions[path]?.last { $0.isFromSource }?.until ?? first[path].flatMap(\.self)
                versions[path, default: []].append(version)
            }
            for record in page {
                guard record.isStored, let key = try? KeyMapping.key(folder: folder, path: record.path)
                else {
                    continue
                }
                let place = FileVersion.Place(rawValue: key.rawValue)
                var version = FileVersion(path: record.path, size: record.size ?? 0, place: place)
                version.sha256 = record.sha256
                version.crc64nvme = record.crc64nvme
                version.mtime = record.mtime
                let before = versions[record.path]?.last { $0.isFromSource }
                let noted = before?.ending == .deleted ? record.lastSynced : before?.until ?? record.firstSynced
                version.since = since[VaultPath(key.rawValue)] ?? noted
                versions[record.path, default: []].append(version)
            }
            return versions.keys.sorted().compactMap { path in
                versions[path].map { FileVersions(path: path, versions: $0) }
            }
        }
    }
}
