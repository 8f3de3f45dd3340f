/// Something that the simulated service does wrong.
package enum SimulatorFault: Sendable, Hashable {
    /// A sign-in with right credentials is answered `Server overloaded, please try again later`.
    case signInOverloaded
    /// A token is refused as if it had been revoked, at a REST call or at `init`.
    case tokenRefused
    /// A REST call is answered with status 503 and an HTML page.
    case restUnavailable
    /// A WebSocket upgrade is answered with status 504 and an HTML page.
    case upgradeUnavailable
    /// `init` is refused with this text.
    case openingRefused(String)
    /// A `pong` comes before the answer to `init`.
    case pongBeforeOpening
    /// The socket breaks after so many records, before `ready`.
    case listingCut(afterRecords: Int)

    /// The socket breaks in the middle of a body.
    case bodyCut
    /// The body (and the size) of another version is delivered.
    case bodySwapped(forUID: Int64)
    /// One bit in the middle of the body is flipped.
    case bodyFlipped
    /// `pong` and `push` text frames come before and between the frames of a body.
    case bodyInterleaved
    /// A body comes in one frame, whatever its size.
    case bodyInOneFrame
    /// A live version is reported as deleted.
    case bodyReportedDeleted
    /// The pull is refused with this text.
    case pullRefused(String)
    /// The pull gets no answer at all; pings still do.
    case pullStalled
}

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
    ///   - uid: For faults of a pull, the version that it strikes; nil strikes every pull.
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

extension SimulatorFault {
    fileprivate var isPullFault: Bool {
        switch self {
        case .bodyCut, .bodySwapped, .bodyFlipped, .bodyInterleaved, .bodyInOneFrame, .bodyReportedDeleted,
            .pullRefused,
            .pullStalled:
            true
        case .signInOverloaded, .tokenRefused, .restUnavailable, .upgradeUnavailable, .openingRefused,
            .pongBeforeOpening, .listingCut:
            false
        }
    }
}
