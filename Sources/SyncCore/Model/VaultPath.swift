/// The path of a file inside its vault, `/`-separated, exactly as the provider states it.
///
/// Two paths are the same only when their UTF-8 bytes are the same. Swift's `String` compares by canonical
/// equivalence and would take a name in NFC and its twin in NFD for one file. The order is that of the bytes too,
/// which is the order of DynamoDB sort keys, of S3 listings and of SQLite's BINARY collation.
///
/// (For the same reason it is not `RawRepresentable`, whose generic `==` would compare the texts.)
///
/// A path comes from outside and is not checked here; ``KeyMapping`` decides whether it can be stored.
package struct VaultPath: Hashable, Comparable, Codable, Sendable {
    /// The path as text.
    package let rawValue: String

    /// Takes a path as it is.
    package init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    package init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    package static func == (lhs: VaultPath, rhs: VaultPath) -> Bool {
        lhs.order(to: rhs) == 0
    }

    package static func < (lhs: VaultPath, rhs: VaultPath) -> Bool {
        lhs.order(to: rhs) < 0
    }

    /// Below zero when this path comes first, above when the other does, zero when they are the same.
    package func order(to other: VaultPath) -> Int {
        let quick = rawValue.utf8.withContiguousStorageIfAvailable { mine in
            other.rawValue.utf8.withContiguousStorageIfAvailable { theirs in
                let shared = min(mine.count, theirs.count)
                var index = 0
                while index < shared, mine[index] == theirs[index] { index += 1 }
                return index < shared ? Int(mine[index]) - Int(theirs[index]) : mine.count - theirs.count
            }
        }
        if case .some(.some(let order)) = quick { return order }
        if rawValue.utf8.elementsEqual(other.rawValue.utf8) { return 0 }
        return rawValue.utf8.lexicographicallyPrecedes(other.rawValue.utf8) ? -1 : 1
    }

    package func hash(into hasher: inout Hasher) {
        for byte in rawValue.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
    }

    /// Whether this path lies below `folder`.
    package func isBelow(_ folder: VaultPath) -> Bool {
        rawValue.utf8.count > folder.rawValue.utf8.count && rawValue.utf8.starts(with: (folder.rawValue + "/").utf8)
    }
}
