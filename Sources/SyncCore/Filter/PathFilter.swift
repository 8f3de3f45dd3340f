/// Which files of a vault are mirrored: patterns in the syntax of gitignore.
///
/// Besides, `uid:1234` in `exclude` leaves out an entry whose name cannot be read, and that has no path to be named by;
/// `!uid:1234` takes it back.
///
/// A file is left out when the patterns of `exclude` say so, the later ones having the last word; and, where there are
/// patterns to include, when none of those matches it or a folder that it lies in. Every
/// filter begins with ``standard``, which `!` takes back.
package struct PathFilter: Codable, Hashable, Sendable {
    /// What is left out unless somebody says otherwise: how windows are arranged on the last device.
    package static let standard = [".obsidian/workspace*.json"]

    /// What is left out, besides the standard.
    package var exclude: [String]
    /// What is mirrored; empty for everything.
    package var include: [String]

    /// Makes a filter.
    package init(exclude: [String] = [], include: [String] = []) {
        self.exclude = exclude
        self.include = include
    }

    /// The same filter with the patterns of another one behind its own.
    package func adding(_ other: PathFilter) -> PathFilter {
        PathFilter(exclude: exclude + other.exclude, include: include + other.include)
    }

    /// Reads patterns from a setting: one a line, or separated by commas.
    package static func patterns(_ text: String) -> [String] {
        text.split(whereSeparator: { $0 == "," || $0.isNewline }).map { line in
            String(line.drop { $0 == " " })
        }.filter { !$0.isEmpty }
    }
}

/// A filter that is ready to be asked.
package struct CompiledFilter: Sendable {
    private let excluded: [GitignorePattern]
    private let included: [GitignorePattern]
    private let excludedVersions: Set<Int64>

    /// Makes the filter of a mirror, which begins with ``PathFilter/standard``.
    package init(_ filter: PathFilter) {
        self.init(exactly: PathFilter(exclude: PathFilter.standard + filter.exclude, include: filter.include))
    }

    /// Makes a filter of these patterns and no others.
    package init(exactly filter: PathFilter) {
        var versions: Set<Int64> = []
        var patterns: [String] = []
        for pattern in filter.exclude {
            if let version = Self.version(pattern) {
                versions.insert(version)
            } else if pattern.first == "!", let version = Self.version(pattern.dropFirst()) {
                versions.remove(version)
            } else {
                patterns.append(pattern)
            }
        }
        excludedVersions = versions
        excluded = patterns.compactMap(GitignorePattern.init)
        included = filter.include.compactMap(GitignorePattern.init)
    }

    /// The version that `uid:1234` names; nil for every other pattern.
    private static func version(_ pattern: some StringProtocol) -> Int64? {
        pattern.hasPrefix("uid:") ? Int64(pattern.dropFirst(4)) : nil
    }

    /// Whether the file at a path is mirrored; of an entry without a readable name it is the version that counts.
    package func lets(_ path: VaultPath, version: Int64? = nil) -> Bool {
        if path.isStandIn { return version.map { !excludedVersions.contains($0) } ?? true }
        let bytes = Array(path.rawValue.utf8)
        var isIncluded = included.isEmpty
        for end in bytes.indices where bytes[end] == UInt8(ascii: "/") {
            let folder = bytes[..<end]
            // What lies in a folder that is left out cannot be taken back.
            if verdict(excluded, folder, isFolder: true) == true { return false }
            isIncluded = isIncluded || verdict(included, folder, isFolder: true) == true
        }
        if verdict(excluded, bytes[...], isFolder: false) == true { return false }
        return isIncluded || verdict(included, bytes[...], isFolder: false) == true
    }

    /// What the last pattern that matches a path says; nil where none does.
    private func verdict(_ patterns: [GitignorePattern], _ path: ArraySlice<UInt8>, isFolder: Bool) -> Bool? {
        patterns.last { $0.matches(path, isFolder: isFolder) }.map { !$0.isNegated }
    }
}
