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
    /// type, with inputs and outputs as JSON text. What the service tells and this engine has no notion of stands for itself:
    /// the region is `local`.
    ///
    ///     {"id": 2, "previousEventId": 0, "timestamp": "…", "type": "TaskStateEntered",
    ///      "stateEnteredEventDetails": {"name": "List", "input": "{}", "inputDetails": {"truncated": false}}}
    package var json: JSONValue {
        var event: JSONObject = [
            "id": .integer(Int64(id)),
            "previousEventId": .integer(Int64(previousEventID)),
            "timestamp": .string(timestamp.description),
            "type": .string(type.rawValue),
        ]
        let details = serviceDetails
        if details.count > 0 { event[type.detailsName] = .object(details) }
        return .object(event)
    }

    private var serviceDetails: JSONObject {
        var members = details.json.object ?? [:]
        // Tasks name the service and what is asked of it; a function that a state names itself is named by its ARN.
        if type.rawValue.hasPrefix("Task"), let resource = details.resource {
            let parts = resource.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false).map(String.init)
            members["resourceType"] = .string(parts.count > 5 ? parts[5] : resource)
            members["resource"] = .string(parts.count > 6 ? parts[6] : resource)
        }
        if type == .taskScheduled {
            members["region"] = "local"
            members["parameters"] = members["input"] ?? .object([:])
            members["input"] = nil
        }
        // The start of such a function has nothing to tell, nor has a Map or Parallel state, but for a Map's length.
        if type == .lambdaFunctionStarted { return [:] }
        let isWhole = type.rawValue.hasPrefix("MapState") || type.rawValue.hasPrefix("ParallelState")
        if isWhole, !type.isEntry, !type.isExit {
            var length = JSONObject()
            length["length"] = members["length"]
            return length
        }
        for name in ["input", "output", "parameters"] {
            guard let value = members[name] else { continue }
            members[name] = .string(value.jsonText)
            if name != "parameters" { members[name + "Details"] = .object(["truncated": false]) }
        }
        if let assigned = members["assignedVariables"]?.object {
            var texts = JSONObject()
            for (name, value) in assigned { texts[name] = .string(value.jsonText) }
            members["assignedVariables"] = .object(texts)
            members["assignedVariablesDetails"] = .object(["truncated": false])
        }
        return members
    }
}

extension HistoryEventType {
    fileprivate var detailsName: String {
        if isEntry { return "stateEnteredEventDetails" }
        if isExit { return "stateExitedEventDetails" }
        return rawValue.prefix(1).lowercased() + rawValue.dropFirst() + "EventDetails"
    }
}
