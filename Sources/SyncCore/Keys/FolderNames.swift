/// Names of folders, compared byte by byte. A name may be there several times: an account may have a thousand vaults, of which
/// each is to be told from all others.
package struct FolderNames: ExpressibleByArrayLiteral, Sendable {
    private var counts: [VaultPath: Int] = [:]

    /// Takes names.
    package init(_ names: some Sequence<String>) {
        for name in names { insert(name) }
    }

    /// Takes names.
    package init(arrayLiteral names: String...) {
        self.init(names)
    }

    /// Whether a name is there.
    package func contains(_ name: String) -> Bool {
        counts[VaultPath(name)] != nil
    }

    /// Adds a name.
    package mutating func insert(_ name: String) {
        counts[VaultPath(name), default: 0] += 1
    }

    /// Takes a name away, once.
    package mutating func remove(_ name: String) {
        let count = counts[VaultPath(name)] ?? 0
        counts[VaultPath(name)] = count > 1 ? count - 1 : nil
    }
}
