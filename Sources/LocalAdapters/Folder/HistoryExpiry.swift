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
///
/// It is given all versions once by path and time, and then, where more room is needed, what is left of them from the oldest on.
/// It remembers one of them.
struct HistoryExpiry {
    /// After so long versions of one path within an hour are thinned to the last.
    private static let fresh: Duration = .seconds(24 * 3600)
    private static let hour: Int64 = 3_600_000
    /// What the mirror itself took out.
    static let ours: [FileVersion.Ending] = [.changed, .deleted]

    let limits: HistoryLimits
    let now: Timestamp
    /// The bytes of all that stays.
    private(set) var kept: Int64 = 0
    /// The bytes of all that went.
    private(set) var freed: Int64 = 0
    /// Whether some only went because the disk is nearly full.
    private(set) var isForRoom = false
    private var waiting: SetAside?

    init(limits: HistoryLimits, now: Timestamp) {
        self.limits = limits
        self.now = now
    }

    /// Takes the versions that come next by path and time.
    ///
    /// - Returns: those, of these and the one before, that go because of their age.
    mutating func expired(_ versions: [SetAside]) -> [SetAside] {
        var gone: [SetAside] = []
        for version in versions where Self.ours.contains(version.ending) {
            if let before = waiting, goes(before, version) { gone.append(before) }
            waiting = version
        }
        return gone
    }

    /// After the last version: that one, if it goes.
    mutating func finish() -> [SetAside] {
        defer { waiting = nil }
        return waiting.flatMap { goes($0, nil) ? $0 : nil }.map { [$0] } ?? []
    }

    /// Takes what is left, from the oldest on.
    ///
    /// - Parameters:
    ///   - oldest: the oldest versions.
    ///   - space: the disk before anything went.
    /// - Returns: those that go to make room: all, where more may have to go.
    mutating func expired(forRoom oldest: [SetAside], _ space: FreeSpace?) -> [SetAside] {
        var gone: [SetAside] = []
        for version in oldest where needsRoom(space) {
            if !isTooMuch { isForRoom = true }
            kept -= version.size
            freed += version.size
            gone.append(version)
        }
        return gone
    }

    /// Whether more has to go than what age takes.
    func needsRoom(_ space: FreeSpace?) -> Bool { isTooMuch || isFull(space) }

    private var isTooMuch: Bool { limits.size.map { kept > $0 } ?? false }

    private func isFull(_ space: FreeSpace?) -> Bool {
        space.map { $0.free + freed < Int64(Double($0.total) * limits.freeShare) } ?? false
    }

    private mutating func goes(_ version: SetAside, _ next: SetAside?) -> Bool {
        let goes = isOld(version) || isThinned(version, next)
        if goes { freed += version.size } else { kept += version.size }
        return goes
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
