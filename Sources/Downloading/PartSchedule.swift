import SyncCore

/// Which parts of an upload are open, under way and stored. A pure value: its owner starts and awaits them.
struct PartSchedule {
    private var open: [Int]
    private var attempts: [Int: Int] = [:]
    private var underWay: Set<Int> = []
    private(set) var stored: [UploadedPart]
    /// Parts that were stored since this schedule was made.
    private(set) var advanced = 0

    /// Makes a schedule of everything that is not stored yet.
    init(_ plan: PartPlan, stored: [UploadedPart]) {
        self.stored = stored
        let numbers = Set(stored.map(\.number))
        open = (1...max(plan.count, 1)).reversed().filter { !numbers.contains($0) }
    }

    var isComplete: Bool { open.isEmpty && underWay.isEmpty }
    var isIdle: Bool { underWay.isEmpty }

    /// The parts that are stored, by ascending number.
    var parts: [UploadedPart] { stored.sorted { $0.number < $1.number } }

    /// The next part to start, with the number of its attempt; nil when there is none, or as many are under way as may be.
    mutating func next(limit: Int) -> (number: Int, attempt: Int)? {
        guard underWay.count < max(limit, 1), let number = open.popLast() else { return nil }
        underWay.insert(number)
        attempts[number, default: 0] += 1
        return (number, attempts[number, default: 1])
    }

    /// Starts a part that failed once more; it stays under way.
    mutating func again(_ number: Int) -> Int {
        attempts[number, default: 0] += 1
        return attempts[number, default: 1]
    }

    mutating func note(_ part: UploadedPart) {
        underWay.remove(part.number)
        stored.append(part)
        advanced += 1
    }

    /// How many parts are still to be stored.
    var openCount: Int { open.count + underWay.count }

    /// No part will be tried again now.
    mutating func giveUpAll() {
        open += underWay
        underWay = []
    }

    /// A part that will not be tried again now.
    mutating func giveUp(_ number: Int) {
        underWay.remove(number)
        open.append(number)
    }
}
