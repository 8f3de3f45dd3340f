package import SyncCore

/// Which names the file system of a restore's target cannot hold apart.
package struct NameFolding: OptionSet, Hashable, Sendable {
    package let rawValue: Int

    /// Makes a set from its bits.
    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// `Note.md` and `note.md` are one file.
    package static let letterCase = NameFolding(rawValue: 1)
    /// A name in composed and in decomposed form is one file.
    package static let unicodeForm = NameFolding(rawValue: 2)

    /// What a name becomes where it cannot be told from others.
    fileprivate func folded(_ text: String) -> String {
        let text = contains(.letterCase) ? text.lowercased() : text
        // Strings that are canonically equivalent hash and compare alike, so equality alone tells the forms apart.
        return contains(.unicodeForm) ? text : text.utf8.map { String($0, radix: 16) }.joined(separator: ".")
    }
}

/// Gives each file of a restore a name of its own, also where the target cannot hold two names apart.
///
/// It remembers a hash of every path, eight bytes each.
package struct RestoredNames {
    private let folding: NameFolding
    private var taken: Set<Int> = []

    /// Makes names for a target.
    package init(folding: NameFolding) {
        self.folding = folding
    }

    /// The path that a file is stored under: its own, or one with ` (2)` before its extension where a twin has that.
    package mutating func path(for path: VaultPath) -> VaultPath {
        guard !folding.isEmpty else { return path }
        if take(path.rawValue) { return path }
        for number in 2... {
            let other = Self.numbered(path.rawValue, number)
            if take(other) { return VaultPath(other) }
        }
        return path
    }

    private mutating func take(_ text: String) -> Bool {
        taken.insert(folding.folded(text).hashValue).inserted
    }

    private static func numbered(_ path: String, _ number: Int) -> String {
        let slash = path.lastIndex(of: "/")
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "\(path) (\(number))" }
        return "\(path[..<dot]) (\(number))\(path[dot...])"
    }
}
