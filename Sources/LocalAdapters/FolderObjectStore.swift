import Foundation
import NIOPosix
package import SyncCore

/// Objects as the files of a folder.
///
/// A file comes into being under the scratch folder and is moved to its place when it is whole, so that what can be
/// seen is complete. Both folders have to be on one file system. Folders in the key appear and vanish with their files.
package struct FolderObjectStore: ObjectStore {
    private let files: FolderFiles

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - root: the folder that keys are relative to; it is made when it is needed.
    ///   - scratch: where files are written before they are whole.
    package init(root: String, scratch: String) {
        files = FolderFiles(root: root, scratch: scratch)
    }

    @discardableResult
    package func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject {
        try await onThread { files in
            let temporary = try files.newScratchFile()
            try files.mapped { try Data(bytes).write(to: URL(filePath: temporary)) }
            return try files.move(temporary, to: key, mtime: attributes.mtime)
        }
    }

    package func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream? {
        let path = files.path(of: key)
        guard try await head(key) != nil else { return nil }
        return FileChunks(path: path, offset: offset)
    }

    package func head(_ key: ObjectKey) async throws -> ObjectSummary? {
        try await onThread { files in try files.summary(of: key) }
    }

    package func copy(
        from source: ObjectKey,
        to destination: ObjectKey,
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject? {
        try await onThread { files in
            guard try files.size(of: source) != nil else { return nil }
            let temporary = try files.newScratchFile()
            try files.mapped {
                try FileManager.default.copyItem(atPath: files.path(of: source), toPath: temporary)
            }
            return try files.move(temporary, to: destination, mtime: attributes.mtime)
        }
    }

    /// A file system keeps no attributes but the time of the last change.
    package var keepsAttributes: Bool { false }

    package func list(
        _ prefix: String,
        after key: String?
    ) -> any AsyncSequence<[ListedObject], any Error> & Sendable {
        FolderListing(files: files, prefix: prefix, after: key)
    }

    @discardableResult
    package func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] {
        try await onThread { files in
            var kept: [ObjectKey: SyncError] = [:]
            for key in keys {
                do {
                    try files.remove(files.path(of: key))
                    files.removeEmptyFolders(above: key)
                } catch let error as SyncError {
                    kept[key] = error
                }
            }
            return kept
        }
    }

    /// File calls block, so they run on threads made for that.
    func onThread<Result: Sendable>(
        _ body: @escaping @Sendable (FolderFiles) throws -> Result
    ) async throws -> Result {
        let files = files
        return try await NIOThreadPool.singleton.runIfActive { try body(files) }
    }
}
