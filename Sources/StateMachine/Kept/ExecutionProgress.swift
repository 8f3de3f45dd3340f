/// Where one line of an execution stands: the machine's own, a branch's or an iteration's.
package struct ExecutionLine: Hashable, Sendable {
    /// The state that was entered and not left.
    var state: String?
    /// The input of that state.
    var input: JSONValue?
    /// The variables that the line sees.
    var variables: [String: JSONValue] = [:]
    /// The output of the last state that was left, as long as no other one was entered: the line has ended with it.
    var output: JSONValue?
    /// The number of the line's last event.
    var lastEvent = 0
    /// The lines inside a Parallel or Map state, by position; `nil` when it has not begun any.
    var lines: [Int: ExecutionLine]?
    /// Whether all lines inside have ended and been put together.
    var isGathered = false
}

/// Where an execution stands, put together from its history.
package struct ExecutionProgress: Hashable, Sendable {
    /// The name of the execution.
    package let name: String
    /// Its input.
    package let input: JSONValue
    /// When it started.
    package let started: Timestamp
    /// The number of the last event.
    package var lastEventID = 0
    /// How often it was redriven.
    package private(set) var redriveCount = 0
    /// When it was redriven last.
    package private(set) var redriven: Timestamp?
    var main = ExecutionLine()

    /// An execution of which nothing is known yet.
    ///
    /// - Parameters:
    ///   - name: The name of the execution.
    ///   - input: Its input.
    ///   - started: When it started.
    package init(name: String, input: JSONValue, started: Timestamp) {
        self.name = name
        self.input = input
        self.started = started
    }

    /// Takes the next event of the history.
    package mutating func apply(_ event: HistoryEvent) {
        lastEventID = event.id
        if event.type == .executionRedriven {
            redriveCount = event.details.redriveCount ?? redriveCount + 1
            redriven = event.timestamp
        }
        if event.type == .executionFailed, event.details.error == ErrorName.dataLimitExceeded.rawValue {
            main.discardGathered()
        }
        main.apply(event, at: event.line[...])
    }
}

extension ExecutionLine {
    fileprivate mutating func apply(_ event: HistoryEvent, at path: ArraySlice<Int>) {
        if let index = path.first {
            var inner = lines?[index] ?? ExecutionLine(variables: variables)
            inner.apply(event, at: path.dropFirst())
            lines = lines ?? [:]
            lines?[index] = inner
            return
        }
        lastEvent = event.id
        if event.type.isEntry {
            (state, input, output) = (event.details.name, event.details.input, nil)
            (lines, isGathered) = (nil, false)
        } else if event.type.isExit {
            (state, input, output) = (nil, nil, event.details.output)
            (lines, isGathered) = (nil, false)
            for (name, value) in event.details.assigned?.object ?? JSONObject() { variables[name] = value }
        } else if event.type == .mapStateStarted || event.type == .parallelStateStarted {
            (lines, isGathered) = ([:], false)
        } else if event.type == .mapStateSucceeded || event.type == .parallelStateSucceeded {
            isGathered = true
        }
    }

    /// What lines yielded was too much when it was put together: they are run again, also those that succeeded.
    fileprivate mutating func discardGathered() {
        if isGathered { (lines, isGathered) = (nil, false) }
        for index in (lines ?? [:]).keys { lines?[index]?.discardGathered() }
    }
}

extension HistoryEventType {
    /// Whether a state was entered.
    package var isEntry: Bool { rawValue.hasSuffix("StateEntered") }

    /// Whether a state was left.
    package var isExit: Bool { rawValue.hasSuffix("StateExited") }
}
