import SyncCore
import Synchronization

/// Adds up what a run would do.
final class DryAccount: Sendable {
    /// Files and their bytes.
    struct Amount: Codable, Hashable, Sendable {
        var files = 0
        var bytes: Int64 = 0

        mutating func add(_ size: Int64?) {
            files += 1
            bytes += size ?? 0
        }
    }

    /// What a run would do.
    struct Totals: Codable, Hashable, Sendable {
        /// Files that would be fetched.
        var fetch = Amount()
        /// How many of them have no size that is known.
        var unknownSizes = 0
        /// How many of them stand in the place of something that is there.
        var replace = 0
        /// Renamed files that would be copied within the mirror.
        var copy = Amount()
        /// Files that would be deleted.
        var delete = Amount()
        /// Deletions that would be held back.
        var withheld = 0
        /// Files that are there already, although they have no record.
        var alreadyThere = Amount()
        /// How many of them are taken for that by their size alone.
        var bySize = 0
        /// Files whose names no store takes, or that cannot be read.
        var refused = 0

        enum CodingKeys: String, CodingKey {
            case fetch, replace, copy, delete, withheld, refused
            case unknownSizes = "unknown_sizes"
            case alreadyThere = "already_there"
            case bySize = "by_size"
        }
    }

    private let state = Mutex(Totals())
    /// Is given a line for each file.
    private let tell: @Sendable (String) -> Void

    init(tell: @escaping @Sendable (String) -> Void) {
        self.tell = tell
    }

    /// What was added up so far.
    var totals: Totals { state.withLock { $0 } }

    func fetched(_ key: ObjectKey, size: Int64?, replaces: Bool) {
        state.withLock { totals in
            totals.fetch.add(size)
            if size == nil { totals.unknownSizes += 1 }
            if replaces { totals.replace += 1 }
        }
        line(replaces ? "replace" : "fetch", key.rawValue, size)
    }

    func copied(_ key: ObjectKey, bytes: Int64) {
        state.withLock { $0.copy.add(bytes) }
        line("copy", key.rawValue, bytes)
    }

    func deleted(_ path: String, size: Int64?) {
        state.withLock { $0.delete.add(size) }
        line("delete", path, size)
    }

    func found(_ size: Int64, bySize: Bool) {
        state.withLock { totals in
            totals.alreadyThere.add(size)
            if bySize { totals.bySize += 1 }
        }
    }

    func refused() {
        state.withLock { $0.refused += 1 }
    }

    func withheld(_ count: Int) {
        state.withLock { $0.withheld += count }
    }

    private func line(_ verb: String, _ path: String, _ size: Int64?) {
        tell("\(verb.padded(to: 8)) \(path.printable)" + (size.map { ", \($0.asSize)" } ?? ""))
    }
}
