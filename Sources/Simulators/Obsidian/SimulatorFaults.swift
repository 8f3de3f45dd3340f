/// The faults that wait to happen. Each can be limited to one uid and to a number of occurrences.
package struct SimulatorFaults: Sendable {
    struct Rule: Sendable {
        let fault: SimulatorFault
        let uid: Int64?
        var remaining: Int?
    }

    private(set) var rules: [Rule] = []

    /// No faults.
    package init() {}

    /// Whether no fault is left to happen.
    package var isEmpty: Bool { rules.isEmpty }

    /// Adds a fault.
    ///
    /// - Parameters:
    ///   - fault: What is to go wrong.
    ///   - uid: For faults of a record or a pull, the version that it strikes; nil strikes every one.
    ///   - times: How often it happens before it is used up; nil for as long as it is there.
    package mutating func add(_ fault: SimulatorFault, uid: Int64? = nil, times: Int? = 1) {
        rules.append(Rule(fault: fault, uid: uid, remaining: times))
    }

    /// Takes all faults out.
    package mutating func removeAll() { rules.removeAll() }

    /// Uses one occurrence of `fault` up, if there is one.
    mutating func take(_ fault: SimulatorFault) -> Bool {
        takeFirst { $0 == fault ? true : nil } ?? false
    }

    /// Uses one occurrence of `fault` up, if there is one that strikes `uid`.
    mutating func take(_ fault: SimulatorFault, uid: Int64) -> Bool {
        let index = rules.firstIndex { $0.fault == fault && ($0.uid == nil || $0.uid == uid) }
        guard let index else { return false }
        use(index)
        return true
    }

    /// Uses one occurrence of the first rule up that `value` answers.
    mutating func takeFirst<Value>(_ value: (SimulatorFault) -> Value?) -> Value? {
        for index in rules.indices {
            guard let answer = value(rules[index].fault) else { continue }
            use(index)
            return answer
        }
        return nil
    }

    /// Uses up and returns every fault that strikes the pull of `uid`.
    mutating func takePullFaults(uid: Int64) -> Set<SimulatorFault> {
        var struck: Set<SimulatorFault> = []
        for index in rules.indices.reversed() {
            let rule = rules[index]
            guard rule.fault.isPullFault, rule.uid == nil || rule.uid == uid else { continue }
            struck.insert(rule.fault)
            use(index)
        }
        return struck
    }

    private mutating func use(_ index: Int) {
        guard let remaining = rules[index].remaining else { return }
        if remaining <= 1 { rules.remove(at: index) } else { rules[index].remaining = remaining - 1 }
    }
}
