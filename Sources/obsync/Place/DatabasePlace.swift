import Foundation
import LocalAdapters
import SyncCore

/// Where the databases of a mirror lie: in its folder `.obsync`, or in a folder on this machine that a file there names.
struct DatabasePlace {
    /// The folder `.obsync` of the mirror.
    let data: String
    /// The folder that somebody asked for with `--state`.
    let asked: String?

    private var pointer: String { data + "/state-folder" }

    /// The folder with the databases.
    var folder: String { asked ?? named ?? data }

    private var named: String? {
        guard let text = try? String(contentsOfFile: pointer, encoding: .utf8) else { return nil }
        let path = text.trimmingCharacters(in: .newlines)
        return path.hasPrefix("/") ? path : nil
    }

    /// Makes the folder, and decides on one where nobody has yet.
    ///
    /// - Parameters:
    ///   - environment: names the folder for the state of programs.
    ///   - mounts: tells which folders lie on a network file system.
    /// - Returns: a sentence for people where the databases are not where one looks for them.
    /// - Throws: `InvalidInput` when the databases are elsewhere, or the folder cannot be made.
    func prepare(environment: [String: String], mounts: MountTable) throws -> String? {
        let network = mounts.networkType(of: URL(filePath: data).resolvingSymlinksInPath().path(percentEncoded: false))
        if let asked { return try move(to: asked) }
        if let named {
            guard FileManager.default.fileExists(atPath: named) else {
                throw SyncError(
                    .invalidInput,
                    "the records of this mirror are in \(named), which is not there; name their folder with --state"
                )
            }
            return nil
        }
        guard let network else { return nil }
        if hasDatabases(data) {
            return
                "the folder is on a network file system (\(network)), which may damage the records that are kept in it; "
                + "move them to this machine and name their folder with --state"
        }
        let folder = standard(environment)
        try make(folder)
        return "the folder is on a network file system (\(network)), so the records are kept in \(folder)"
    }

    private func move(to folder: String) throws -> String? {
        guard folder != data else { return nil }
        let before = named ?? data
        if before != folder, hasDatabases(before), !hasDatabases(folder) {
            throw SyncError(
                .invalidInput,
                "the records of this mirror are in \(before); move its files *.sqlite to \(folder) first"
            )
        }
        try make(folder)
        return nil
    }

    private func make(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try Data((folder + "\n").utf8).write(to: URL(filePath: pointer), options: .atomic)
        } catch {
            throw SyncError(.invalidInput, "the folder \(folder) cannot be made; name another one with --state")
        }
    }

    private func hasDatabases(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/records.sqlite")
    }

    /// A folder of its own for each mirror, by the mirror's path.
    private func standard(_ environment: [String: String]) -> String {
        let mirror = URL(filePath: data).deletingLastPathComponent()
        return StateHome.folder(
            mirror.lastPathComponent,
            of: mirror.path(percentEncoded: false),
            environment: environment
        )
    }
}
