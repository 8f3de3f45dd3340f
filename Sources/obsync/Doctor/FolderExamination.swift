import Foundation
import LocalAdapters
import SyncCore

/// Looks at a folder as a destination. Nothing in it is changed but a trial file in its data folder, which goes again.
struct FolderExamination {
    /// Less space than this is worth a word.
    private static let littleSpace: Int64 = 1_000_000_000

    let folder: LocalFolder

    /// Looks at everything.
    func findings() async -> [Finding] {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
            return [.note("destination", "\(folder.path) is not there yet; the first run makes it")]
        }
        guard isFolder.boolValue else {
            return [.todo("destination", "\(folder.path) is a file; name a folder with --dest")]
        }
        guard files.fileExists(atPath: folder.data) else {
            return [.note("destination", "\(folder.path) holds no mirror yet; the first run makes one")]
                + [space, fileSystem].compactMap(\.self)
        }
        var findings: [Finding] = []
        findings.append(writing)
        findings += [space, fileSystem, links].compactMap(\.self)
        findings += await databases()
        return findings
    }

    private var writing: Finding {
        let trial = folder.data + "/doctor-\(UUID().uuidString.prefix(8))-Trial"
        guard FileManager.default.createFile(atPath: trial, contents: Data("trial".utf8)) else {
            return .todo("destination", "\(folder.path) cannot be written to: \(String(cString: strerror(errno)))")
        }
        defer { unlink(trial) }
        let isCaseBlind = FileManager.default.fileExists(atPath: folder.data + "/" + trial.lowercasedName)
        return isCaseBlind
            ? .note("destination", "\(folder.path) can be written to; it does not tell upper from lower case")
            : .ok("destination", "\(folder.path) is a mirror, can be written to, and tells upper from lower case")
    }

    private var space: Finding? {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return nil }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        return free < Self.littleSpace
            ? .todo("space", "only \(free.asSize) are free; make room, or name another folder")
            : .ok("space", "\(free.asSize) are free")
    }

    private var fileSystem: Finding? {
        let mounts = MountTable.current
        guard let type = mounts.type(of: folder.path) else { return nil }
        guard mounts.networkType(of: folder.path) != nil else { return .ok("file system", "is local (\(type))") }
        return .note(
            "file system",
            "is \(type): locks and renames may not hold there; let no second machine mirror into the same folder"
        )
    }

    /// Links lead out of the mirror, and no run follows them.
    private var links: Finding? {
        var count = 0
        var first: String?
        let keys: [URLResourceKey] = [.isSymbolicLinkKey]
        let walk = FileManager.default.enumerator(at: URL(filePath: folder.path), includingPropertiesForKeys: keys)
        while let url = walk?.nextObject() as? URL {
            guard (try? url.resourceValues(forKeys: Set(keys)))?.isSymbolicLink == true else { continue }
            count += 1
            first = first ?? url.path(percentEncoded: false)
        }
        guard let first else { return .ok("links", "there are none") }
        return .note(
            "links",
            "\(count.counted("symbolic link")) in the mirror, such as \(first.printable); none is followed"
        )
    }

    private func databases() async -> [Finding] {
        var findings: [Finding] = []
        for (name, file) in [("records", "records.sqlite"), ("executions", "executions.sqlite")] {
            let path = folder.data + "/" + file
            guard FileManager.default.fileExists(atPath: path) else { continue }
            do {
                let problem = try await DatabaseCheck.problem(in: path)
                findings.append(
                    problem.map {
                        .todo(name, "\(path) is damaged (\($0)); move it away, and the next run finds what is there")
                    }
                        ?? .ok(name, "the database is whole")
                )
            } catch {
                findings.append(.todo(name, "\(path) cannot be read; check its permissions"))
            }
        }
        if let uploads = try? await openUploads() { findings.append(uploads) }
        return findings
    }

    private func openUploads() async throws -> Finding {
        let records = try SQLiteRecordStore(path: folder.data + "/records.sqlite")
        var count = 0
        for vault in try await records.vaults() where vault != .account {
            var pages = records.allRecords(in: vault, after: nil).makeAsyncIterator()
            while let page = try await pages.next(isolation: nil) { count += page.count { $0.checkpoint != nil } }
        }
        return count == 0
            ? .ok("uploads", "no file is begun and not finished")
            : .note("uploads", "\(count.counted("file")) begun and not finished; the next run goes on with them")
    }
}

extension String {
    fileprivate var lowercasedName: String { URL(filePath: self).lastPathComponent.lowercased() }
}
