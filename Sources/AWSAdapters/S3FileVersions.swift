import AWSClient
import Clocks
import FoundationEssentials
import SyncCore

/// The versions of files, gathered by key from pages that may end in the middle of one.
struct S3FileVersions: AsyncSequence, Sendable {
    typealias Element = [FileVersions]
    typealias Failure = any Error

    let pages: S3Versions
    let prefixLength: Int
    let ignored: [String]

    func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages.makeAsyncIterator(), prefixLength: prefixLength, ignored: ignored)
    }

    struct Iterator: AsyncIteratorProtocol {
        private var pages: S3Versions.Iterator
        private let prefixLength: Int
        private let ignored: [String]
        /// The versions of the key at hand, the newest first.
        private var gathered: [S3.ObjectVersion] = []
        private var isAtEnd = false

        fileprivate init(pages: S3Versions.Iterator, prefixLength: Int, ignored: [String]) {
            self.pages = pages
            self.prefixLength = prefixLength
            self.ignored = ignored
        }

        mutating func next() async throws -> [FileVersions]? {
            while !isAtEnd {
                let page: [S3.ObjectVersion]?
                do { page = try await pages.next()?.versions.byKey } catch { throw SyncError.mapped(error) }
                isAtEnd = page == nil
                var files: [FileVersions] = []
                for version in page ?? [] {
                    if let last = gathered.last, last.key.utf8.elementsEqual(version.key.utf8) {
                        gathered.append(version)
                    } else {
                        take(&files)
                        gathered = [version]
                    }
                }
                if isAtEnd { take(&files) }
                if !files.isEmpty { return files }
            }
            return nil
        }

        private mutating func take(_ files: inout [FileVersions]) {
            defer { gathered = [] }
            guard let key = gathered.first?.key else { return }
            let path = VaultPath(String(key.utf8.dropFirst(prefixLength)) ?? key)
            // What ends in a slash is what consoles make to show an empty folder.
            guard !path.rawValue.isEmpty, path.rawValue.utf8.last != UInt8(ascii: "/"),
                !ignored.contains(where: { path.rawValue.utf8.starts(with: ($0 + "/").utf8) })
            else { return }
            let versions = Self.versions(gathered, at: path)
            if !versions.isEmpty { files.append(FileVersions(path: path, versions: versions)) }
        }

        /// Versions and markers of one key, the newest first, as versions of a file, the oldest first.
        private static func versions(_ listed: [S3.ObjectVersion], at path: VaultPath) -> [FileVersion] {
            var versions: [FileVersion] = []
            var newer: S3.ObjectVersion?
            for object in listed.newestFirst {
                defer { newer = object }
                if object.isDeleteMarker { continue }
                // Whoever may only read what the bucket holds now may not name a version.
                let id = newer == nil ? "" : object.versionId
                var version = FileVersion(
                    path: path,
                    size: object.size,
                    place: S3VersionPlace.place(object.key, id)
                )
                version.since = object.lastModified.map(Timestamp.init(date:))
                if let newer {
                    version.until = newer.lastModified.map(Timestamp.init(date:)) ?? version.since
                    version.ending = newer.isDeleteMarker ? .deleted : .changed
                }
                versions.append(version)
            }
            return versions.reversed()
        }
    }
}

extension [S3.ObjectVersion] {
    /// Sorted by key. S3 answers so; other stores name all versions of a page before all deletions.
    fileprivate var byKey: [S3.ObjectVersion] {
        let isSorted = zip(self, dropFirst()).allSatisfy {
            !$1.key.utf8.lexicographicallyPrecedes($0.key.utf8)
        }
        guard !isSorted else { return self }
        return enumerated().sorted { lhs, rhs in
            if lhs.element.key.utf8.elementsEqual(rhs.element.key.utf8) { return lhs.offset < rhs.offset }
            return lhs.element.key.utf8.lexicographicallyPrecedes(rhs.element.key.utf8)
        }.map(\.element)
    }

    /// Of one key, the newest first. Times are told to the second, so the store's own order counts unless it contradicts
    /// them or what it calls the latest; a deletion then comes after the version of the same second.
    fileprivate var newestFirst: [S3.ObjectVersion] {
        let isInOrder =
            zip(self, dropFirst()).allSatisfy {
                ($0.lastModified ?? .distantFuture) >= ($1.lastModified ?? .distantPast)
            }
            && dropFirst().allSatisfy { !$0.isLatest }
        return isInOrder ? self : sorted { $0.isNewer(than: $1) }
    }
}

extension S3.ObjectVersion {
    fileprivate func isNewer(than other: S3.ObjectVersion) -> Bool {
        if isLatest != other.isLatest { return isLatest }
        let (mine, theirs) = (lastModified ?? .distantPast, other.lastModified ?? .distantPast)
        return mine == theirs ? isDeleteMarker && !other.isDeleteMarker : mine > theirs
    }
}

extension Timestamp {
    fileprivate init(date: Date) {
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
