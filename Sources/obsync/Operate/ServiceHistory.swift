import StateMachine

/// Reads the events of Step Functions as those of the local engine, one after the other.
///
/// The service does not say which line of execution an event belongs to, but which event led to it: the line is that
/// event's, but for the events that begin or end an item of a Map.
struct ServiceHistory {
    /// The lines of the events so far, of which a history has 25,000 at most.
    private var lines: [Int: [Int]] = [:]

    /// Reads an event.
    ///
    /// - Returns: nil for what is no event.
    mutating func event(_ json: JSONValue) -> HistoryEvent? {
        guard let id = json["id"]?.integer.flatMap({ Int(exactly: $0) }), let type = json["type"]?.string,
            let timestamp = Self.timestamp(json["timestamp"])
        else { return nil }
        let previous = json["previousEventId"]?.integer.flatMap { Int(exactly: $0) } ?? 0
        var details = HistoryEvent.Details()
        for (name, member) in json.object ?? [:] where name.hasSuffix("EventDetails") {
            details = HistoryEvent.Details(service: member)
        }
        let line = line(type, previous, details)
        lines[id] = line
        return HistoryEvent(
            id: id,
            previousEventID: previous,
            type: HistoryEventType(type),
            timestamp: timestamp,
            line: line,
            details: details
        )
    }

    private mutating func line(_ type: String, _ previous: Int, _ details: HistoryEvent.Details) -> [Int] {
        let before = lines[previous] ?? []
        switch type {
        case "MapIterationStarted":
            return before + [details.index ?? 0]
        case "MapStateSucceeded", "MapStateFailed", "MapStateAborted":
            // They follow an event of an item.
            return Array(before.dropLast())
        default:
            return before
        }
    }

    private static func timestamp(_ json: JSONValue?) -> Timestamp? {
        if let text = json?.string { return Timestamp(text) }
        return json?.double.map { Timestamp(service: $0) }
    }
}

extension HistoryEvent.Details {
    /// Reads the details of an event as the service has them: inputs and outputs are JSON text.
    fileprivate init(service json: JSONValue) {
        self.init(json)
        func parsed(_ value: JSONValue?) -> JSONValue? {
            value?.string.flatMap { try? JSONValue(parsing: $0) } ?? value
        }
        (input, output) = (parsed(input), parsed(output))
    }
}
