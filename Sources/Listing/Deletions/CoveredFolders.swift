import SyncCore

/// Folders of which the listing says that they are there as a whole, while paths are walked past in their order.
///
/// What lies below a folder need not follow it at once: `a-b` comes between `a` and `a/b`. So a folder is kept until no
/// path below it can come any more. All that are kept begin as the path at hand does, so they are few.
struct CoveredFolders {
    /// Those that paths may still lie below.
    private(set) var folders: [VaultPath] = []

    /// Adds a folder, which comes after everything that was walked past; that of a page that ends in it is added once more.
    mutating func add(_ folder: VaultPath) {
        walk(past: folder)
        if folders.last != folder { folders.append(folder) }
    }

    /// Whether a path lies below one of the folders.
    func covers(_ path: VaultPath) -> Bool {
        folders.contains { path.isBelow($0) }
    }

    /// Drops the folders that nothing can lie below that comes after a path.
    mutating func walk(past path: VaultPath) {
        if folders.isEmpty { return }
        folders.removeAll { folder in
            !path.isBelow(folder) && VaultPath(folder.rawValue + "/") < path
        }
    }
}
