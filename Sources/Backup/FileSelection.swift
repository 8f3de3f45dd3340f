package import Clocks
package import SyncCore

/// Which files of a vault are meant: all of them, or those that a pattern names.
package struct FileSelection: Sendable {
    private let filter: CompiledFilter?

    /// Makes a selection.
    ///
    /// - Parameter pattern: a pattern in the syntax of gitignore, where a folder stands for all that lies in it; nil for
    ///   everything.
    package init(_ pattern: String?) {
        filter = pattern.map { CompiledFilter(exactly: PathFilter(include: [$0])) }
    }

    /// Whether a path is among them.
    package func contains(_ path: VaultPath) -> Bool {
        filter?.lets(path) ?? true
    }
}

/// One of several equal shares of a mirror, so that a month of daily runs can read all of it.
package struct Share: Hashable, Sendable {
    /// Which one, from 1.
    package let number: Int
    /// How many there are.
    package let count: Int

    /// The whole.
    package static let whole = Share(number: 1, count: 1)

    private init(number: Int, count: Int) {
        self.number = number
        self.count = count
    }

    /// Reads `3/30`, or `today/30`, which is another one every day.
    ///
    /// - Parameters:
    ///   - text: the share.
    ///   - now: the time.
    /// - Throws: `InvalidInput`.
    package init(_ text: String, now: Timestamp) throws(SyncError) {
        let words = text.split(separator: "/", omittingEmptySubsequences: false)
        var numbers = words.map { Int($0) }
        if words.count == 2, words[0] == "today", let count = numbers[1], count > 0 {
            numbers[0] = Int(now.milliseconds / 86_400_000) % count + 1
        }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], (1...10_000).contains(count),
            (1...count).contains(number)
        else {
            throw SyncError(
                .invalidInput,
                "'\(text)' is no share; write for example 3/30, the third of thirty, or today/30"
            )
        }
        self.init(number: number, count: count)
    }

    /// Whether a file belongs to this share. It always belongs to the same one of as many.
    package func contains(_ path: VaultPath) -> Bool {
        guard count > 1 else { return true }
        // FNV-1a: the same in every process, unlike the standard library's hash.
        let hash = path.rawValue.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
        }
        return Int((hash ^ hash >> 32) % UInt64(count)) == number - 1
    }
}
