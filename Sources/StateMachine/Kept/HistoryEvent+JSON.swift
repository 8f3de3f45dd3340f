extension HistoryEvent.Details {
    /// The details as one JSON object without members that have no value.
    package var json: JSONValue {
        var object = JSONObject()
        object["name"] = name.map(JSONValue.string)
        object["index"] = index.map { .integer(Int64($0)) }
        object["length"] = length.map { .integer(Int64($0)) }
        object["resource"] = resource.map(JSONValue.string)
        object["input"] = input
        object["output"] = output
        object["error"] = error.map(JSONValue.string)
        object["cause"] = cause.map(JSONValue.string)
        object["timeoutInSeconds"] = timeoutSeconds.map(JSONValue.integer)
        object["assignedVariables"] = assigned
        object["redriveCount"] = redriveCount.map { .integer(Int64($0)) }
        return .object(object)
    }

    /// Reads what `json` gave.
    ///
    /// - Parameter json: An object; members that it does not know are left out.
    package init(_ json: JSONValue) {
        self.init()
        name = json["name"]?.string
        index = json["index"]?.integer.map(Int.init)
        length = json["length"]?.integer.map(Int.init)
        resource = json["resource"]?.string
        input = json["input"]
        output = json["output"]
        error = json["error"]?.string
        cause = json["cause"]?.string
        timeoutSeconds = json["timeoutInSeconds"]?.integer
        assigned = json["assignedVariables"]
        redriveCount = json["redriveCount"]?.integer.map(Int.init)
    }
}

extension HistoryEvent {
    /// The event as the service's `GetExecutionHistory` has it: the details under a member that is named after the
    /// type, with inputs and outputs as JSON text.
    ///
    ///     {"id": 2, "previousEventId": 0, "timestamp": "…", "type": "TaskStateEntered",
    ///      "stateEnteredEventDetails": {"name": "List", "input": "{}"}}
    package var json: JSONValue {
        var event: JSONObject = [
            "id": .integer(Int64(id)),
            "previousEventId": .integer(Int64(previousEventID)),
            "timestamp": .string(timestamp.description),
            "type": .string(type.rawValue),
        ]
        guard var details = details.json.object, details.count > 0 else { return .object(event) }
        for name in ["input", "output"] { details[name] = details[name].map { .string($0.jsonText) } }
        event[type.detailsName] = .object(details)
        return .object(event)
    }
}

extension HistoryEventType {
    fileprivate var detailsName: String {
        if isEntry { return "stateEnteredEventDetails" }
        if isExit { return "stateExitedEventDetails" }
        return rawValue.prefix(1).lowercased() + rawValue.dropFirst() + "EventDetails"
    }
}
