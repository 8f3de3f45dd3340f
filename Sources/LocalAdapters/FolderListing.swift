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

    let files: FolderFiles
    let prefix: String
    let after: String?

    func makeAsyncIterator() -> Iterator {
        Iterator(walk: FolderWalk(files: files, prefix: prefix, after: after))
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var walk: FolderWalk

        mutating func next() async throws -> [ListedObject]? {
            let (page, walk) = try await NIOThreadPool.singleton.runIfActive { [walk] in
                var walk = walk
                return (try walk.nextPage(), walk)
            }
            self.walk = walk
            return page.isEmpty ? nil : page
        }
    }
}

/// Walks a folder. All of its calls block.
private struct FolderWalk: Sendable {
    private static let pageSize = 500
    let files: FolderFiles
    let after: String?
    /// What is still to be looked at, the next one last; folders end in `/`.
    private var waiting: [String]

    init(files: FolderFiles, prefix: String, after: String?) {
        self.files = files
        self.after = after
        waiting = [prefix]
    }

    mutating func nextPage() throws -> [ListedObject] {
        var page: [ListedObject] = []
        while page.count < Self.pageSize, let path = waiting.popLast() {
            if path.isEmpty || path.utf8.last == UInt8(ascii: "/") {
                waiting += try children(of: path).reversed()
            } else if let object = try files.listed(path) {
                page.append(object)
            }
        }
        return page
    }

    private func children(of folder: String) throws -> [String] {
        try files.names(in: folder).map { folder + $0 }
            .filter { child in
                guard let after else { return true }
                let isBehind = after.utf8.lexicographicallyPrecedes(child.utf8)
                return isBehind || child.utf8.last == UInt8(ascii: "/") && after.utf8.starts(with: child.utf8)
            }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
