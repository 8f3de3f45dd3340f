import SyncCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The folders below a root, walked a segment at a time so that no link inside is followed.
struct FolderTree: Sendable {
    let root: String

    /// A name in a folder that is open.
    struct Spot {
        let folder: Directory
        let name: String
    }

    /// Something that stands where a folder is needed.
    struct Obstacle {
        let spot: Spot
        /// Its path below the root.
        let path: String
    }

    /// Where a key's file is, or would be; nil when its folder is not there, or something else stands in its way.
    func spot(of key: String) throws(FileFailure) -> Spot? {
        let segments = Self.segments(key)
        guard let name = segments.last, let folder = try folder(segments.dropLast()) else { return nil }
        return Spot(folder: folder, name: name)
    }

    /// Opens a folder below the root; nil when it is not there, or something else stands in its way.
    func folder(_ path: String) throws(FileFailure) -> Directory? {
        try folder(Self.segments(path)[...])
    }

    private func folder(_ segments: ArraySlice<String>) throws(FileFailure) -> Directory? {
        var folder = try Directory(path: root)
        for segment in segments {
            guard case .folder(let next) = try folder.step(segment) else { return nil }
            folder = next
        }
        return folder
    }

    /// The innermost folder on the way to a key that is there.
    func nearestFolder(above key: String) throws(FileFailure) -> Directory? {
        var folder = try Directory(path: root)
        for segment in Self.segments(key).dropLast() {
            guard case .folder(let next) = try folder.step(segment) else { break }
            folder = next
        }
        return folder
    }

    /// Where a key's file goes; folders that are missing are made.
    ///
    /// - Parameters:
    ///   - key: the path below the root.
    ///   - clear: takes away what stands where a folder is needed.
    /// - Returns: the place.
    /// - Throws: `FileFailure`, and what `clear` throws.
    func makeSpot(of key: String, clearing clear: (Obstacle) throws -> Void) throws -> Spot {
        let segments = Self.segments(key)
        var folder = try Directory(path: root)
        for (index, segment) in segments.dropLast().enumerated() {
            var step = try folder.step(segment)
            if case .obstructed = step {
                let path = segments[...index].joined(separator: "/")
                try clear(Obstacle(spot: Spot(folder: folder, name: segment), path: path))
                step = .missing
            }
            if case .missing = step {
                try folder.makeDirectory(segment)
                step = try folder.step(segment)
            }
            guard case .folder(let next) = step else { throw FileFailure(ENOTDIR) }
            folder = next
        }
        return Spot(folder: folder, name: segments.last ?? "")
    }

    /// Removes the folders that a key's file has left empty.
    func removeEmptyFolders(above key: String) throws(FileFailure) {
        var segments = Self.segments(key).dropLast()
        while let name = segments.popLast() {
            guard let folder = try folder(segments) else { continue }
            // Fails, as it should, at the first folder that holds something.
            guard folder.removeDirectory(name) else { return }
        }
    }

    private static func segments(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String($0) ?? "" }
    }
}
