import Backup
import Clocks
import Foundation
import LocalAdapters
import SyncCore

/// The folder that a restore writes into: empty, or one in which the same restore was interrupted.
struct RestoreTarget {
    /// What is restored; an interrupted restore goes on only with the same.
    struct Purpose: Codable, Equatable {
        var from: String
        var vault: String?
        var pattern: String?
        /// The moment as it was written: one that is counted back from now is another one at the next call.
        var at: String?
    }

    private struct Begun: Codable {
        var purpose: Purpose
        var moment: Timestamp?
    }

    let path: String
    private var data: String { path + "/.obsync-restore" }
    private var marker: String { data + "/restore.json" }

    init(_ path: String) {
        self.path = LocalFolder(path).path
    }

    /// The store that files are written through.
    var store: FolderObjectStore { FolderObjectStore(root: path, scratch: data + "/tmp") }

    /// Takes the folder for a restore, and makes it where it is missing.
    ///
    /// - Parameters:
    ///   - purpose: what is restored.
    ///   - moment: which moment it is of.
    ///   - overwrites: whether files that are there may be replaced.
    /// - Returns: the moment that the restore is of: where one goes on, the moment that it was begun with.
    /// - Throws: `InvalidInput` where the folder holds something else, or is a mirror; `StoreUnavailable`.
    func prepare(for purpose: Purpose, _ moment: Timestamp?, overwrites: Bool) throws -> Timestamp? {
        try check(purpose, overwrites: overwrites)
        if let begun, begun.purpose == purpose { return begun.moment }
        do {
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            let begun = Begun(purpose: purpose, moment: moment)
            try JSONEncoder().encode(begun).write(to: URL(filePath: marker), options: .atomic)
            return moment
        } catch {
            throw SyncError(.storeUnavailable, "the folder \(path) cannot be written to", underlying: error)
        }
    }

    private var begun: Begun? {
        (try? Data(contentsOf: URL(filePath: marker))).flatMap { try? JSONDecoder().decode(Begun.self, from: $0) }
    }

    /// Whether the folder may be written into.
    ///
    /// - Throws: `InvalidInput`.
    func check(_ purpose: Purpose, overwrites: Bool) throws {
        if let mirror = mirrorAround {
            throw SyncError(.invalidInput, "\(path) lies in the mirror \(mirror); restore into another folder")
        }
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else {
            throw SyncError(.invalidInput, "--to names a file; name a folder that is empty or does not exist")
        }
        let isEmpty = (try? files.contentsOfDirectory(atPath: path))?.isEmpty ?? false
        guard isEmpty || overwrites || begun?.purpose == purpose else {
            throw SyncError(
                .invalidInput,
                begun == nil
                    ? "\(path) is not empty; restore into an empty folder, or replace what is there with --overwrite"
                    : "another restore into \(path) was interrupted; repeat that one, or use --overwrite"
            )
        }
    }

    /// The mirror that the folder is, or lies in.
    private var mirrorAround: String? {
        var folder = URL(filePath: path).resolvingSymlinksInPath()
        while folder.path.count > 1 {
            if FileManager.default.fileExists(atPath: folder.path + "/.obsync/records.sqlite") { return folder.path }
            folder.deleteLastPathComponent()
        }
        return nil
    }

    /// Which names the folder's file system cannot hold apart. The folder has to be prepared.
    var folding: NameFolding {
        var folding: NameFolding = []
        if holdsOneFile("obsync-a", "obsync-A") { folding.insert(.letterCase) }
        if holdsOneFile("obsync-\u{E9}", "obsync-e\u{301}") { folding.insert(.unicodeForm) }
        return folding
    }

    private func holdsOneFile(_ one: String, _ other: String) -> Bool {
        let files = FileManager.default
        guard files.createFile(atPath: "\(data)/\(one)", contents: nil) else { return false }
        defer { try? files.removeItem(atPath: "\(data)/\(one)") }
        return files.fileExists(atPath: "\(data)/\(other)")
    }

    /// Takes away what only an interrupted restore needs.
    func finish() {
        try? FileManager.default.removeItem(atPath: data)
    }
}
