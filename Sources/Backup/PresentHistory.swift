package import SyncCore

/// What a mirror holds now, by its records: the history of a store that keeps no earlier versions.
package struct PresentHistory: VersionHistory {
    private let records: any RecordStore
    private let store: any ObjectStore
    private let mirrored: [MirroredVault]

    /// Makes a history.
    ///
    /// - Parameters:
    ///   - records: what is known of the files.
    ///   - store: holds them.
    ///   - vaults: the vaults of the mirror.
    package init(_ records: any RecordStore, _ store: any ObjectStore, vaults: [MirroredVault]) {
        self.records = records
        self.store = store
        mirrored = vaults
    }

    package func vaults() async throws -> [MirroredVault] { mirrored }

    package func files(of vault: MirroredVault) -> any AsyncSequence<[FileVersions], any Error> & Sendable {
        PresentFiles(records: records, vault: vault)
    }

    package func read(_ version: FileVersion, from offset: Int64) async throws -> ByteStream? {
        try await store.read(try ObjectKey(version.place.rawValue), from: offset)
    }
}

/// The records of stored files of a vault as files with one version each.
private struct PresentFiles: AsyncSequence, Sendable {
    typealias Element = [FileVersions]
    typealias Failure = any Error

    let records: any RecordStore
    let vault: MirroredVault

    func makeAsyncIterator() -> Iterator {
        Iterator(
            pages: vault.id.map { records.allRecords(in: $0, after: nil).makeAsyncIterator() },
            folder: vault.folder
        )
    }

    struct Iterator: AsyncIteratorProtocol {
        var pages: (any AsyncIteratorProtocol<[FileRecord], any Error>)?
        let folder: String

        mutating func next() async throws -> [FileVersions]? {
            while let page = try await pages?.next(isolation: nil) {
                let files = page.compactMap(file)
                if !files.isEmpty { return files }
            }
            return nil
        }

        private func file(_ record: FileRecord) -> FileVersions? {
            guard record.isStored, let key = try? KeyMapping.key(folder: folder, path: record.path) else {
                return nil
            }
            var version = FileVersion(path: record.path, size: record.size ?? 0, place: .init(rawValue: key.rawValue))
            version.sha256 = record.sha256
            version.crc64nvme = record.crc64nvme
            version.mtime = record.mtime
            version.since = record.firstSynced
            return FileVersions(path: record.path, versions: [version])
        }
    }
}
