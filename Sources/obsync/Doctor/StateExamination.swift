import Foundation
import LocalAdapters
import SyncCore

/// Looks at what this machine keeps beside a mirror. It reads, and changes nothing.
struct StateExamination {
    /// Less space than this is worth a word.
    private static let littleSpace: Int64 = 1_000_000_000

    let place: any MirrorPlace

    /// How much room there is where a folder is.
    func space(of path: String) -> Finding? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        return free < Self.littleSpace
            ? .todo("space", "only \(free.asSize) are free; make room, or name another folder")
            : .ok("space", "\(free.asSize) are free")
    }

    /// Whether a folder is on this machine.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - danger: what that means where it is not.
    /// - Returns: what was found; nil where nobody knows.
    func fileSystem(of path: String, onNetwork danger: String) -> Finding? {
        let mounts = MountTable.current
        guard let type = mounts.type(of: path) else { return nil }
        guard mounts.networkType(of: path) != nil else { return .ok("file system", "is local (\(type))") }
        return .note("file system", "is \(type): \(danger)")
    }

    /// Whether the databases are whole, and what is begun and not finished.
    func databases() async -> [Finding] {
        var findings: [Finding] = []
        for (name, path) in [("records", place.records), ("executions", place.executions)] {
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
        let records = try SQLiteRecordStore(path: place.records)
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
