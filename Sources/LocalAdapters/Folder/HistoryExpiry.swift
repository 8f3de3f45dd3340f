import Clocks
import SyncCore

/// How long what was set aside is kept.
package struct HistoryLimits: Sendable {
    /// How long each version is kept at most.
    package var age: Duration
    /// How much room all of them may take, in bytes; nil for any.
    package var size: Int64?
    /// The share of the disk that stays free.
    package var freeShare = 0.05

    /// What holds where nobody says otherwise.
    package static let standard = HistoryLimits(age: .seconds(90 * 24 * 3600))

    /// Makes limits.
    package init(age: Duration, size: Int64? = nil) {
        self.age = age
        self.size = size
    }
}

/// Decides which versions go. What somebody wrote themselves, an edited file or one that was in the way, never does.
struct HistoryExpiry {
    /// After so long versions of one path within an hour are thinned to the last.
    private static let fresh: Duration = .seconds(24 * 3600)
    private static let hour: Int64 = 3_600_000

    let limits: HistoryLimits
    let now: Timestamp

    /// The versions that go.
    ///
    /// - Parameters:
    ///   - kept: all versions, by path and then by time.
    ///   - space: the disk.
    /// - Returns: those that go, and whether some only go because the disk is nearly full.
    func expired(_ kept: [SetAside], _ space: FreeSpace?) -> (versions: [SetAside], isForRoom: Bool) {
        let ours = kept.filter { $0.ending == .changed || $0.ending == .deleted }
        var gone: [SetAside] = []
        var left: [SetAside] = []
        for (index, version) in ours.enumerated() {
            let next = ours.indices.contains(index + 1) ? ours[index + 1] : nil
            if isOld(version) || isThinned(version, next) { gone.append(version) } else { left.append(version) }
        }
        left.sort { ($0.until, $0.key) < ($1.until, $1.key) }
        var oldest = left[...]
        var total = left.reduce(0) { $0 + $1.size }
        while let limit = limits.size, total > limit, let version = oldest.popFirst() {
            total -= version.size
            gone.append(version)
        }
        guard let space else { return (gone, false) }
        var free = space.free + gone.reduce(0) { $0 + $1.size }
        let wanted = Int64(Double(space.total) * limits.freeShare)
        var isForRoom = false
        while free < wanted, let version = oldest.popFirst() {
            free += version.size
            gone.append(version)
            isForRoom = true
        }
        return (gone, isForRoom)
    }

    private func isOld(_ version: SetAside) -> Bool {
        version.until.duration(to: now) > limits.age
    }

    /// Whether a later version of the same path belongs to the same hour.
    private func isThinned(_ version: SetAside, _ next: SetAside?) -> Bool {
        guard let next, next.key == version.key, next.until.duration(to: now) > Self.fresh else { return false }
        return version.until.milliseconds / Self.hour == next.until.milliseconds / Self.hour
    }
}
