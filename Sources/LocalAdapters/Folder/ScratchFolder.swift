import Clocks
import Foundation
import SyncCore

/// Where files are written before they are whole. All calls block.
struct ScratchFolder: Sendable {
    let path: String

    /// Begins a file.
    ///
    /// - Returns: the file, and its name in the folder.
    func begin() throws -> (file: OpenFile, name: String) {
        let name = UUID().uuidString
        if let file = try? OpenFile(path: path + "/" + name, O_RDWR | O_CREAT | O_EXCL) { return (file, name) }
        // The folder above has to be there: a share that has gone must not be made anew below its mount.
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileFailure() }
        return (try OpenFile(path: path + "/" + name, O_RDWR | O_CREAT | O_EXCL), name)
    }

    /// Opens a file of this folder for reading and writing.
    func open(_ name: String, _ flags: Int32 = O_RDWR) throws(FileFailure) -> OpenFile {
        try OpenFile(path: path + "/" + name, flags)
    }

    /// The place of a file, to be moved from.
    func spot(_ name: String) throws(FileFailure) -> FolderTree.Spot {
        FolderTree.Spot(folder: try Directory(path: path), name: name)
    }

    /// The size of a file; nil when there is none.
    func size(of name: String) -> Int64? {
        (try? open(name, O_RDONLY).status()).map { Int64($0.st_size) }
    }

    /// Removes files; those that are not there count as removed.
    func remove(_ names: String...) throws(FileFailure) {
        for name in names where unlink(path + "/" + name) != 0 && errno != ENOENT && errno != ENOTDIR {
            throw FileFailure()
        }
    }

    /// The name of the file that an upload's parts are written into.
    func name(of upload: MultipartUpload) throws -> String {
        guard let name = upload.id.split(separator: ":").first, UUID(uuidString: String(name)) != nil else {
            throw SyncError(.storeUnavailable, "an upload is unknown to the folder")
        }
        return String(name)
    }

    /// The uploads in parts of objects below a folder that were begun before a moment.
    func uploads(below folder: String, begunBefore moment: Timestamp) -> [MultipartUpload] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [] }
        return names.filter { $0.hasSuffix(PartList.suffix) }.compactMap { name in
            let file = path + "/" + name.dropLast(PartList.suffix.count)
            guard let upload = PartList(file).upload, upload.isBelow(folder),
                let begun = try? FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date,
                Int64(begun.timeIntervalSince1970 * 1000) < moment.milliseconds
            else { return nil }
            return upload
        }
    }
}
