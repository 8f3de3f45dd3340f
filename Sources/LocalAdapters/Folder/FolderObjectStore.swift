import Checksums
import Clocks
import NIOPosix
package import SyncCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Objects as the files of a folder.
///
/// A file is written in the scratch folder and moves to its place when it is whole, so that what can be seen is complete. Both
/// folders have to be on one file system, and both folders above them have to be there. Folders in the key appear and
/// vanish with their files. No link below the root is followed.
package struct FolderObjectStore: ObjectStore {
    let tree: FolderTree
    let scratch: ScratchFolder
    let keeping: FolderKeeping?
    let trouble: DestinationTrouble
    private let notes: OnceNotes

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - root: the folder that keys are relative to.
    ///   - scratch: where files are written before they are whole.
    ///   - keeping: tells what is ours, and keeps what leaves the folder; nil where everything in it is ours.
    ///   - trouble: remembers what is wrong with the whole folder.
    ///   - note: is given sentences for people, each once.
    package init(
        root: String,
        scratch: String,
        keeping: FolderKeeping? = nil,
        trouble: DestinationTrouble? = nil,
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        tree = FolderTree(root: root)
        self.scratch = ScratchFolder(path: scratch)
        self.keeping = keeping
        self.trouble = trouble ?? DestinationTrouble(path: root)
        notes = OnceNotes(note)
    }

    @discardableResult
    package func put(_ key: ObjectKey, _ bytes: [UInt8], _ attributes: ObjectAttributes) async throws -> StoredObject {
        try await onThread {
            let (file, name) = try scratch.begin()
            return try removingOnFailure(name) {
                try file.write(bytes, at: 0)
                let content = StoredContent(sha256: attributes.sha256, version: attributes.sourceVersion)
                return try place(file, name, at: key, content, attributes.mtime)
            }
        }
    }

    package func read(_ key: ObjectKey, from offset: Int64) async throws -> ByteStream? {
        guard try await head(key) != nil else { return nil }
        return FileChunks(tree: tree, path: key.rawValue, offset: offset, trouble: trouble)
    }

    /// What the index knows of a file is said only of the very file that was stored.
    ///
    /// - Throws: `StoreUnavailable` with the system's code.
    package func head(_ key: ObjectKey) async throws -> ObjectSummary? {
        try await onThread {
            guard let spot = try tree.spot(of: key.rawValue), let status = try spot.folder.status(of: spot.name),
                status.isFile
            else { return nil }
            var summary = ObjectSummary(size: Int64(status.st_size), fingerprint: ObjectFingerprint(status))
            let known = try keeping?.index.contents(of: key.rawValue).first { $0.fingerprint == summary.fingerprint }
            summary.sha256 = known?.sha256
            summary.crc64nvme = known?.crc64nvme
            summary.sourceVersion = known?.version
            return summary
        }
    }

    /// Copies a file, if its bytes are those that the attributes name.
    ///
    /// - Throws: `StoreUnavailable` with the system's code.
    package func copy(
        from source: ObjectKey,
        to destination: ObjectKey,
        _ attributes: ObjectAttributes
    ) async throws -> StoredObject? {
        try await onThread {
            guard let spot = try tree.spot(of: source.rawValue), let original = try spot.folder.file(spot.name) else {
                return nil
            }
            let (file, name) = try scratch.begin()
            return try removingOnFailure(name) {
                var content = StoredContent(sha256: attributes.sha256, version: attributes.sourceVersion)
                var offset: Int64 = 0
                func write(_ bytes: [UInt8]) throws {
                    try file.write(bytes, at: offset)
                    offset += Int64(bytes.count)
                }
                if let keeping {
                    let digest = try original.digest(keeping.makeHasher(), passing: write)
                    guard attributes.sha256 == nil || attributes.sha256 == digest.sha256 else {
                        try scratch.remove(name)
                        return nil
                    }
                    content.sha256 = digest.sha256
                    content.crc64nvme = digest.crc64nvme
                } else {
                    _ = try original.digest(NoHasher(), passing: write)
                }
                return try place(file, name, at: destination, content, attributes.mtime)
            }
        }
    }

    /// A file system keeps no attributes but the time of the last change.
    package var keepsAttributes: Bool { false }

    package func list(
        _ prefix: String,
        after key: String?
    ) -> any AsyncSequence<[ListedObject], any Error> & Sendable {
        FolderListing(tree: tree, prefix: prefix, after: key, trouble: trouble)
    }

    @discardableResult
    package func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] {
        try await onThread {
            var kept: [ObjectKey: SyncError] = [:]
            for key in keys {
                do {
                    try FolderReplacement(tree: tree, keeping: keeping).remove(key.rawValue)
                } catch let failure as FileFailure where Self.aboutOneFile.contains(failure.code) {
                    kept[key] = trouble.error(failure)
                }
            }
            return kept
        }
    }

    /// What keeps one file where it is, such as one that is immutable, and says nothing about the others.
    private static let aboutOneFile: Set<Int32> = [EPERM, EACCES, EBUSY, ETXTBSY]
}

extension FolderObjectStore {
    /// File calls block, so they run on threads made for that.
    func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive {
            do {
                return try body()
            } catch let failure as FileFailure {
                throw trouble.error(failure)
            }
        }
    }

    /// Moves a file that is whole to its place.
    func place(
        _ file: OpenFile,
        _ name: String,
        at key: ObjectKey,
        _ content: StoredContent,
        _ mtime: Timestamp?
    ) throws -> StoredObject {
        if let mtime, try !file.setTime(mtime) {
            notes.say("the file system does not take the times of files; they have the time of the run")
        }
        if keeping != nil, let parent = try tree.nearestFolder(above: key.rawValue), !file.inheritGroup(of: parent) {
            notes.say("the file system does not let files take over the group of their folder")
        }
        try file.synchronize()
        let replacement = FolderReplacement(tree: tree, keeping: keeping)
        return StoredObject(fingerprint: try replacement.place(scratch.spot(name), at: key.rawValue, content))
    }

    private func removingOnFailure<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            // What cannot be removed now is removed by the next run.
            try? scratch.remove(name)
            throw error
        }
    }
}

/// Says each sentence once.
private final class OnceNotes: Sendable {
    private let said = Mutex<Set<String>>([])
    private let note: @Sendable (String) -> Void

    init(_ note: @escaping @Sendable (String) -> Void) {
        self.note = note
    }

    func say(_ sentence: String) {
        if said.withLock({ $0.insert(sentence).inserted }) { note(sentence) }
    }
}

/// Where nobody asks for a digest.
private struct NoHasher: ContentHasher {
    mutating func update(_ bytes: [UInt8]) {}
    func hexDigest() -> String { "" }
}
