import Synchronization

extension SimulatedVault {
    /// Who makes a change, and when.
    package struct Author: Sendable {
        /// The device's name.
        package var device: String
        /// Milliseconds since 1970; nil dates the change by its uid, one minute apart.
        package var time: Int64?

        /// A change by `device` at `time`.
        package init(device: String = "workbench", time: Int64? = nil) {
            self.device = device
            self.time = time
        }
    }

    /// Writes a file, new or anew, and returns the version's uid.
    @discardableResult
    package func write(_ path: String, _ content: SimulatedContent, by author: Author = Author()) -> Int64 {
        // Hashing a large content takes time: outside the lock.
        let hash = content.sha256()
        return change { state in
            let created = state.live(path)?.ctime
            let draft = Draft(path: path, content: content, sha256: hash, created: created)
            return state.append(draft, author, configuration)
        }
    }

    /// Deletes a file.
    ///
    /// - Throws: `SimulatorError` with `.noSuchPath`.
    @discardableResult
    package func delete(_ path: String, by author: Author = Author()) throws -> Int64 {
        try change { state in
            guard let record = state.live(path), !record.isFolder else { throw Self.noSuchPath }
            return state.append(Draft(path: path, isDeleted: true), author, configuration)
        }
    }

    /// Renames a file: a record for the new path that names the old one, then the deletion of the old path.
    ///
    /// - Returns: The uid of the new path's record.
    /// - Throws: `SimulatorError` with `.noSuchPath`.
    @discardableResult
    package func rename(_ path: String, to newPath: String, by author: Author = Author()) throws -> Int64 {
        try change { state in
            guard let record = state.live(path), let content = record.content else { throw Self.noSuchPath }
            var draft = Draft(path: newPath, content: content, sha256: record.sha256, created: record.ctime)
            draft.previousPath = path
            draft.modified = record.mtime
            let uid = state.append(draft, author, configuration)
            state.append(Draft(path: path, isDeleted: true), author, configuration)
            return uid
        }
    }

    /// Makes a folder.
    @discardableResult
    package func makeFolder(_ path: String, by author: Author = Author()) -> Int64 {
        change { $0.append(Draft(path: path, isFolder: true), author, configuration) }
    }

    /// Deletes a folder, after everything below it, deepest first.
    ///
    /// With `keepingContents` only the folder's own record is deleted and what is below stays live, as it happens when
    /// another device wrote there at the same time.
    /// - Throws: `SimulatorError` with `.noSuchPath`.
    @discardableResult
    package func deleteFolder(
        _ path: String,
        keepingContents: Bool = false,
        by author: Author = Author()
    ) throws -> Int64 {
        try change { state in
            guard let folder = state.live(path), folder.isFolder else { throw Self.noSuchPath }
            if !keepingContents {
                for record in state.live(below: path) {
                    let draft = Draft(path: record.path, isFolder: record.isFolder, isDeleted: true)
                    state.append(draft, author, configuration)
                }
            }
            return state.append(Draft(path: path, isFolder: true, isDeleted: true), author, configuration)
        }
    }

    private static var noSuchPath: SimulatorError {
        SimulatorError(.noSuchPath, "the vault has nothing live under that path")
    }

    private func change(_ body: (inout State) throws -> Int64) rethrows -> Int64 {
        let (uid, watchers) = try state.withLock { state in (try body(&state), Array(state.watchers.values)) }
        for notify in watchers { notify() }
        return uid
    }

    /// A record before it has a uid and a time.
    struct Draft {
        var path: String
        var content: SimulatedContent?
        var sha256 = ""
        var created: Int64?
        var modified: Int64?
        var previousPath: String?
        var isFolder = false
        var isDeleted = false
    }
}

extension SimulatedVault.State {
    func live(_ path: String) -> SimulatedRecord? {
        guard let index = newest[Array(path.utf8)], !records[index].isDeleted else { return nil }
        return records[index]
    }

    /// What is live below a folder, deepest first, then in the order of the paths' bytes.
    func live(below folder: String) -> [SimulatedRecord] {
        let prefix = Array(folder.utf8) + [UInt8(ascii: "/")]
        func depth(_ record: SimulatedRecord) -> Int { record.path.utf8.count { $0 == UInt8(ascii: "/") } }
        return newest.filter { $0.key.starts(with: prefix) }.map { records[$0.value] }.filter { !$0.isDeleted }
            .sorted { left, right in
                depth(left) == depth(right)
                    ? left.path.utf8.lexicographicallyPrecedes(right.path.utf8) : depth(left) > depth(right)
            }
    }

    @discardableResult
    mutating func append(
        _ draft: SimulatedVault.Draft,
        _ author: SimulatedVault.Author,
        _ configuration: SimulatedVault.Configuration
    ) -> Int64 {
        lastUID += 1
        let now = author.time ?? configuration.created + lastUID * 60_000
        let isDated = draft.content != nil
        newest[Array(draft.path.utf8)] = records.count
        records.append(
            SimulatedRecord(
                uid: lastUID,
                path: draft.path,
                previousPath: draft.previousPath,
                content: draft.content,
                sha256: draft.sha256,
                ctime: isDated ? draft.created ?? now : 0,
                mtime: isDated ? draft.modified ?? now : 0,
                isFolder: draft.isFolder,
                isDeleted: draft.isDeleted,
                device: author.device
            )
        )
        return lastUID
    }
}
