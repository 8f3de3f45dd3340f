/// Which parts of an upload are open, under way and stored. A pure value: its owner starts and awaits them.
struct PartSchedule {
    private var open: [Int]
    private var attempts: [Int: Int] = [:]
    private var underWay: Set<Int> = []
    private(set) var stored: [UploadedPart]
    /// Parts that were stored since this schedule was made.
    private(set) var advanced = 0
    private var begun: [Int: Timestamp] = [:]
    /// How long the part took that was stored last, and how many were under way with it; nil as long as none was stored.
    private var lastPart: (time: Duration, sharers: Int)?

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

    /// How long one more part takes at most: what shares a line with more others than the last part did may be slower by as
    /// much. Nil as long as nothing tells.
    var timeForOneMore: Duration? {
        lastPart.map { $0.time * max(Double(underWay.count + 1) / Double($0.sharers), 1) }
    }

    /// The next part to start, with the number of its attempt; nil when there is none, or as many are under way as may be.
    mutating func next(limit: Int, now: Timestamp) -> (number: Int, attempt: Int)? {
        guard underWay.count < max(limit, 1), let number = open.popLast() else { return nil }
        underWay.insert(number)
        begun[number] = now
        attempts[number, default: 0] += 1
        return (number, attempts[number, default: 1])
    }

    /// Starts a part that failed once more; it stays under way.
    mutating func again(_ number: Int) -> Int {
        attempts[number, default: 0] += 1
        return attempts[number, default: 1]
    }

    mutating func note(_ part: UploadedPart, now: Timestamp) {
        if let begun = begun.removeValue(forKey: part.number) {
            lastPart = (begun.duration(to: now), max(underWay.count, 1))
        }
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
