import Foundation
import GRDB

/// Copies of a database beside it, in the folder `backup`. The three newest are kept.
struct DatabaseBackups {
    private static let kept = 3
    private let folder: String
    private let name: String

    /// - Parameter path: the file of the database.
    init(of path: String) {
        let file = URL(filePath: path)
        folder = file.deletingLastPathComponent().appending(path: "backup").path(percentEncoded: false)
        name = file.deletingPathExtension().lastPathComponent
    }

    /// The files of the copies, the newest first.
    var files: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(name + "-") && $0.hasSuffix(".sqlite") }.sorted(by: >).map {
            folder + "/" + $0
        }
    }

    /// When the newest copy was made; nil where there is none.
    var newest: Date? {
        files.first.flatMap { try? FileManager.default.attributesOfItem(atPath: $0)[.modificationDate] as? Date }
    }

    /// Copies the database while it may be in use, and removes the oldest copies.
    ///
    /// - Throws: the error of the file system or of SQLite; no half copy stays.
    func add(_ database: any DatabaseReader, at now: Date) throws {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let path = "\(folder)/\(name)-\(FileTime.text(now)).sqlite"
        let half = path + ".half"
        try? FileManager.default.removeItem(atPath: half)
        do {
            var configuration = Configuration()
            // A copy is one file: nothing of it lies in a log beside it.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            let copy = try DatabaseQueue(path: half, configuration: configuration)
            try database.backup(to: copy)
            try copy.close()
            guard rename(half, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        } catch {
            try? FileManager.default.removeItem(atPath: half)
            throw error
        }
        for old in files.dropFirst(Self.kept) { try? FileManager.default.removeItem(atPath: old) }
    }
}

/// A moment as part of a file's name: it sorts by time, and every file system takes it.
enum FileTime {
    /// Such as `2026-11-30T09-30-00Z`.
    static func text(_ date: Date) -> String {
        var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(
            format: "%04d-%02d-%02dT%02d-%02d-%02dZ",
            Int(parts.tm_year) + 1900,
            Int(parts.tm_mon) + 1,
            Int(parts.tm_mday),
            Int(parts.tm_hour),
            Int(parts.tm_min),
            Int(parts.tm_sec)
        )
    }
}
