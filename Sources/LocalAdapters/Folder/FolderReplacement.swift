import Clocks
import SyncCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Puts whole files in their places, and takes files away, so that nothing is lost whatever happens on the way.
///
/// What stands in a place moves to the history in the same step in which the new file takes its place, where the file system
/// can exchange two names. Only then it is looked at once more, as somebody may have written to it a moment before.
struct FolderReplacement {
    /// The moments at which a process may die; tests let it die there.
    enum Moment: CaseIterable {
        case beforeNote, afterNote, betweenSteps, afterExchange, beforeSynchronizing
    }

    let tree: FolderTree
    /// Nil for a store of working data, which is all ours: there things are replaced and deleted.
    let keeping: FolderKeeping?
    /// False where the file system is to be taken for one that cannot exchange names.
    var canExchange = true
    var pass: @Sendable (Moment) throws -> Void = { _ in }

    private static let attempts = 16

    /// Puts a whole file in its place.
    ///
    /// - Parameters:
    ///   - staged: the file, whose bytes are on the disk.
    ///   - key: its place.
    ///   - content: what it holds.
    /// - Returns: the file's mark, as it was before anybody else could see it.
    /// - Throws: `FileFailure`, `StoreUnavailable`.
    func place(_ staged: FolderTree.Spot, at key: String, _ content: StoredContent) throws -> ObjectFingerprint? {
        guard let status = try staged.folder.status(of: staged.name) else {
            throw SyncError(.storeUnavailable, "a file that was being written is gone", reason: "ENOENT")
        }
        var content = content
        content.fingerprint = ObjectFingerprint(status)
        let spot = try tree.makeSpot(of: key) { obstacle in
            // A file of the mirror stays until it is deleted: its record says that it is there.
            if let keeping, try standing(at: obstacle.spot, key: obstacle.path, keeping)?.owner == .mirror {
                throw FileFailure(ENOTDIR)
            }
            try setAside(obstacle.spot, key: obstacle.path, for: .changed)
        }
        guard let keeping else {
            try staged.folder.rename(staged.name, to: spot.folder, spot.name, .replacing)
            try spot.folder.synchronize()
            return content.fingerprint
        }
        for _ in 1...Self.attempts {
            if let standing = try standing(at: spot, key: key, keeping) {
                if standing.status.isFolder {
                    try clearFolder(spot, key: key, keeping)
                    continue
                }
                if try exchange(staged, with: spot, standing, key: key, content, keeping) { return content.fingerprint }
            } else {
                try pass(.beforeNote)
                try keeping.index.intend(content, at: key, insteadOf: nil, nil, now: keeping.now())
                try pass(.afterNote)
                if try moveIfFree(staged, to: spot) {
                    try pass(.beforeSynchronizing)
                    try spot.folder.synchronize()
                    return content.fingerprint
                }
            }
        }
        throw FileFailure(EBUSY)
    }

    /// Takes away what stands at a key; a folder stays.
    ///
    /// - Returns: whether anything was there.
    @discardableResult
    func remove(_ key: String) throws -> Bool {
        guard let (spot, status) = try whatStands(at: key) else {
            try keeping?.index.forget(key)
            return false
        }
        if status.isFolder { return false }
        if keeping == nil { try spot.folder.remove(spot.name) } else { try setAside(spot, key: key, for: .deleted) }
        try keeping?.index.forget(key)
        try spot.folder.synchronize()
        try tree.removeEmptyFolders(above: key)
        return true
    }

    /// Under a name that the file system does not take nothing can stand.
    private func whatStands(at key: String) throws -> (FolderTree.Spot, stat)? {
        do {
            guard let spot = try tree.spot(of: key), let status = try spot.folder.status(of: spot.name) else {
                return nil
            }
            return (spot, status)
        } catch let failure where [ENAMETOOLONG, EILSEQ].contains(failure.code) {
            return nil
        }
    }

    private func standing(at spot: FolderTree.Spot, key: String, _ keeping: FolderKeeping) throws -> StandingFile? {
        guard let status = try spot.folder.status(of: spot.name) else { return nil }
        return try StandingFile(spot, status, known: try keeping.index.contents(of: key), keeping.makeHasher)
    }
}

extension FolderReplacement {
    /// Puts the staged file in the place of another one, which goes to the history.
    ///
    /// - Returns: false when the place is not as it was a moment before.
    private func exchange(
        _ staged: FolderTree.Spot,
        with spot: FolderTree.Spot,
        _ standing: StandingFile,
        key: String,
        _ content: StoredContent,
        _ keeping: FolderKeeping
    ) throws -> Bool {
        let (kept, place) = try freePlace(for: key, keeping)
        var aside = SetAside(key: key, place: place, standing, for: .changed, until: keeping.now())
        try pass(.beforeNote)
        try keeping.index.intend(
            content,
            at: key,
            insteadOf: standing.owner == .mirror ? standing.content : nil,
            standing.hasBytes(of: content) ? nil : aside,
            now: aside.until
        )
        try pass(.afterNote)
        // From here on one of both is in the place and the other one in the history, whenever the process dies.
        try staged.folder.rename(staged.name, to: kept.folder, kept.name, .replacing)
        do throws(FileFailure) {
            guard canExchange else { throw FileFailure(EINVAL) }
            try kept.folder.rename(kept.name, to: spot.folder, spot.name, .exchanging)
        } catch let failure {
            try kept.folder.rename(kept.name, to: staged.folder, staged.name, .replacing)
            guard [EINVAL, ENOSYS, ENOTSUP].contains(failure.code) else {
                try keeping.index.forget(aside)
                guard failure.code == ENOENT else { throw failure }
                return false
            }
            try replaceInSteps(staged, spot, kept)
        }
        try pass(.afterExchange)
        try examine(kept, &aside, standing, replacedBy: content, keeping)
        try pass(.beforeSynchronizing)
        try kept.folder.synchronize()
        try spot.folder.synchronize()
        return true
    }

    /// For file systems that cannot exchange names: the old file gets a second name first, or, where it can have only one,
    /// moves away a moment before the new one comes.
    private func replaceInSteps(_ staged: FolderTree.Spot, _ spot: FolderTree.Spot, _ kept: FolderTree.Spot) throws {
        do {
            try spot.folder.link(spot.name, to: kept.folder, kept.name)
        } catch {
            try spot.folder.rename(spot.name, to: kept.folder, kept.name, .replacing)
        }
        try pass(.betweenSteps)
        try staged.folder.rename(staged.name, to: spot.folder, spot.name, .replacing)
    }

    /// Looks at what has arrived in the history: it may have been written to since it was looked at first.
    private func examine(
        _ kept: FolderTree.Spot,
        _ aside: inout SetAside,
        _ expected: StandingFile,
        replacedBy content: StoredContent?,
        _ keeping: FolderKeeping
    ) throws {
        let reason: FileVersion.Ending = content == nil ? .deleted : .changed
        guard let status = try kept.folder.status(of: kept.name) else { return try keeping.index.forget(aside) }
        var found = expected
        if ObjectFingerprint(status) != expected.mark {
            let known = expected.owner == .mirror ? [expected.content] : []
            found = try StandingFile(kept, status, known: known, keeping.makeHasher)
            if expected.owner == .edited { found.owner = .edited }
            aside = SetAside(key: aside.key, place: aside.place, found, for: reason, until: aside.until)
            if content.map({ !found.hasBytes(of: $0) }) ?? true { try keeping.index.note(aside) }
        }
        // What is in the mirror anyway need not be kept a second time.
        if let content, found.hasBytes(of: content) {
            try keeping.index.forget(aside)
            try kept.folder.remove(kept.name)
        }
    }

    /// Moves what stands at a name to the history.
    private func setAside(_ spot: FolderTree.Spot, key: String, for reason: FileVersion.Ending) throws {
        guard let keeping else { return }
        guard let standing = try standing(at: spot, key: key, keeping) else { return }
        let (kept, place) = try freePlace(for: key, keeping)
        var aside = SetAside(key: key, place: place, standing, for: reason, until: keeping.now())
        try pass(.beforeNote)
        try keeping.index.note(aside)
        try pass(.afterNote)
        do {
            try spot.folder.rename(spot.name, to: kept.folder, kept.name, .replacing)
        } catch let failure {
            try keeping.index.forget(aside)
            guard failure.code == ENOENT else { throw failure }
            return
        }
        try pass(.afterExchange)
        try examine(kept, &aside, standing, replacedBy: nil, keeping)
        try pass(.beforeSynchronizing)
        try kept.folder.synchronize()
    }

    /// Makes room where a folder stands in the place of a file. A folder with files of the mirror stays: they are deleted first.
    private func clearFolder(_ spot: FolderTree.Spot, key: String, _ keeping: FolderKeeping) throws {
        if spot.folder.removeDirectory(spot.name) { return }
        guard try !keeping.index.hasFiles(below: key) else { throw FileFailure(EISDIR) }
        try setAside(spot, key: key, for: .changed)
    }

    /// A name in the history that nothing has yet.
    private func freePlace(for key: String, _ keeping: FolderKeeping) throws -> (FolderTree.Spot, place: String) {
        struct Obstructed: Error {}
        for number in 1...10_000 {
            let place = (number == 1 ? keeping.period : "\(keeping.period)-\(number)") + "/" + key
            do {
                let spot = try keeping.history.makeSpot(of: place) { _ in throw Obstructed() }
                if try spot.folder.status(of: spot.name) == nil { return (spot, place) }
            } catch is Obstructed {
                continue
            }
        }
        throw FileFailure(EEXIST)
    }

    /// Moves a file to a name unless something stands there.
    ///
    /// - Returns: false when something does.
    private func moveIfFree(_ staged: FolderTree.Spot, to spot: FolderTree.Spot) throws -> Bool {
        do {
            try staged.folder.rename(staged.name, to: spot.folder, spot.name, .onlyIfFree)
            return true
        } catch let failure {
            if failure.code == EEXIST { return false }
            guard [EINVAL, ENOSYS, ENOTSUP].contains(failure.code) else { throw failure }
        }
        do {
            try staged.folder.link(staged.name, to: spot.folder, spot.name)
            try staged.folder.remove(staged.name)
        } catch let failure {
            if failure.code == EEXIST { return false }
            // A file system without links and without such renames.
            try staged.folder.rename(staged.name, to: spot.folder, spot.name, .replacing)
        }
        return true
    }
}

extension SetAside {
    fileprivate init(
        key: String,
        place: String,
        _ standing: StandingFile,
        for reason: FileVersion.Ending,
        until: Timestamp
    ) {
        let (seconds, nanoseconds) = (standing.status.st_mtim.tv_sec, standing.status.st_mtim.tv_nsec)
        self.init(
            key: key,
            place: place,
            until: until,
            ending: standing.ending(reason),
            size: standing.status.isFile ? Int64(standing.status.st_size) : 0,
            sha256: standing.content.sha256,
            crc64nvme: standing.content.crc64nvme,
            mtime: Timestamp(milliseconds: Int64(seconds) * 1000 + Int64(nanoseconds) / 1_000_000)
        )
    }
}
