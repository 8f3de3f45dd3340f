import Clocks
import Foundation
import NIOPosix
import SyncCore

/// The files below a folder by the bytes of their paths, some hundred at a time.
///
/// A folder's own name counts with a `/` behind it, so that `a.md` comes before `a/b.md`, as in a bucket. Held in memory are
/// the names of the folders that are open: not those of the whole tree.
struct FolderListing: AsyncSequence, Sendable {
    typealias Element = [ListedObject]
    typealias Failure = any Error

    let tree: FolderTree
    let prefix: String
    let after: String?
    let trouble: DestinationTrouble

    func makeAsyncIterator() -> Iterator {
        Iterator(walk: FolderWalk(tree: tree, prefix: prefix, after: after), trouble: trouble)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var walk: FolderWalk
        fileprivate let trouble: DestinationTrouble

        mutating func next() async throws -> [ListedObject]? {
            let (page, walk) = try await NIOThreadPool.singleton.runIfActive { [walk, trouble] in
                var walk = walk
                do {
                    return (try walk.nextPage(), walk)
                } catch let failure as FileFailure {
                    throw trouble.error(failure)
                }
            }
            self.walk = walk
            return page.isEmpty ? nil : page
        }
    }
}

/// Walks a folder. All of its calls block.
private struct FolderWalk: Sendable {
    private static let pageSize = 500
    let tree: FolderTree
    let after: String?
    /// What is still to be looked at, the next one last; folders end in `/`.
    private var waiting: [String]

    init(tree: FolderTree, prefix: String, after: String?) {
        self.tree = tree
        self.after = after
        waiting = [prefix]
    }

    mutating func nextPage() throws -> [ListedObject] {
        var page: [ListedObject] = []
        while page.count < Self.pageSize, let path = waiting.popLast() {
            if path.isEmpty || path.utf8.last == UInt8(ascii: "/") {
                waiting += try children(of: path).reversed()
            } else if let object = try listed(path) {
                page.append(object)
            }
        }
        return page
    }

    private func children(of folder: String) throws -> [String] {
        guard let names = try tree.folder(folder)?.names() else { return [] }
        return names.map { folder + $0 }
            .filter { child in
                guard let after else { return true }
                let isBehind = after.utf8.lexicographicallyPrecedes(child.utf8)
                return isBehind || child.utf8.last == UInt8(ascii: "/") && after.utf8.starts(with: child.utf8)
            }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// What a listing says of a file, or nil when it is gone meanwhile.
    private func listed(_ path: String) throws -> ListedObject? {
        guard let spot = try tree.spot(of: path), let status = try spot.folder.status(of: spot.name), status.isFile
        else {
            return nil
        }
        let mtime = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        return ListedObject(
            key: path,
            size: Int64(status.st_size),
            mtime: Timestamp(milliseconds: mtime),
            fingerprint: ObjectFingerprint(status)
        )
    }
}
