extension DefinitionDecoder {
    func task(_ reader: FieldReader) -> TaskDefinition? {
        let resource = reader.required("Resource")
        let timeout = reader.integerSource("TimeoutSeconds", in: 1...99_999_999)
        let heartbeat = reader.integerSource("HeartbeatSeconds", in: 1...99_999_999)
        if case .literal(let heartbeat)? = heartbeat, case .literal(let timeout)? = timeout, heartbeat >= timeout {
            reader.report("HeartbeatSeconds", "must be less than 'TimeoutSeconds'")
        }
        guard let resource, let target = target(of: resource, reader) else { return nil }
        checkParameters(of: target, reader)
        return TaskDefinition(resource: resource, target: target, timeout: timeout, heartbeat: heartbeat)
    }

    private func target(of resource: String, _ reader: FieldReader) -> TaskDefinition.Target? {
        let parts = resource.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 6, parts[0] == "arn", parts[1].hasPrefix("aws") else {
            reader.report("Resource", "'\(resource)' is not an ARN")
            return nil
        }
        let integration = parts[5...].joined(separator: ":")
        switch (parts[2], integration) {
        case ("states", "lambda:invoke"): return .lambdaInvoke
        case ("states", "states:startExecution"): return .startExecution(waits: false)
        case ("states", "states:startExecution.sync:2"): return .startExecution(waits: true)
        case ("states", _) where integration.hasSuffix(".waitForTaskToken"):
            reader.report("Resource", "callbacks (.waitForTaskToken) are not supported")
        case ("lambda", _):
            if let function = FunctionReference(resource) { return .function(function) }
            reader.report("Resource", "'\(resource)' is not the ARN of a function")
        default:
            reader.report("Resource", "the integration '\(resource)' is not supported")
        }
        return nil
    }

    private func checkParameters(of target: TaskDefinition.Target, _ reader: FieldReader) {
        let required: String
        let optional: [String]
        switch target {
        case .function: return
        case .lambdaInvoke: (required, optional) = ("FunctionName", ["Payload", "Qualifier", "InvocationType"])
        case .startExecution: (required, optional) = ("StateMachineArn", ["Input", "Name"])
        }
        guard let parameters = reader.object["Parameters"]?.object else {
            reader.report("Parameters", "must be an object with '\(required)'")
            return
        }
        let names = parameters.keys.map { $0.hasSuffix(".$") ? String($0.dropLast(2)) : $0 }
        if !names.contains(required) { reader.report("Parameters.\(required)", "is missing") }
        for name in names where name != required && !optional.contains(name) {
            reader.report("Parameters.\(name)", "is unknown or not supported here")
        }
        if let type = parameters["InvocationType"], type != "RequestResponse" {
            reader.report("Parameters.InvocationType", "only RequestResponse is supported")
        }
        if names.contains("InvocationType"), parameters["InvocationType"] == nil {
            reader.report("Parameters.InvocationType.$", "must be given literally")
        }
    }

    func retriers(_ reader: FieldReader) -> [Retrier] {
        let readers = reader.objects("Retry")
        return readers.enumerated().map { index, reader in
            _ = reader.string("Comment")
            var retrier = Retrier(errors: errors(reader, isLast: index == readers.count - 1))
            retrier.intervalSeconds = reader.integer("IntervalSeconds", in: 1...99_999_999) ?? 1
            retrier.maxAttempts = reader.integer("MaxAttempts", in: 0...99_999_999) ?? 3
            if let value = reader.value("BackoffRate") {
                if let rate = value.double, rate >= 1 {
                    retrier.backoffRate = rate
                } else {
                    reader.report("BackoffRate", "must be a number of at least 1")
                }
            }
            retrier.maxDelaySeconds = reader.integer("MaxDelaySeconds", in: 1...31_622_400)
            if let limit = retrier.maxDelaySeconds, limit <= retrier.intervalSeconds {
                reader.report("MaxDelaySeconds", "must be greater than 'IntervalSeconds'")
            }
            if let text = reader.string("JitterStrategy") {
                if let jitter = Retrier.Jitter(rawValue: text) {
                    retrier.jitter = jitter
                } else {
                    reader.report("JitterStrategy", "must be FULL or NONE")
                }
            }
            reader.finish()
            return retrier
        }
    }

    func catchers(_ reader: FieldReader) -> [Catcher] {
        let readers = reader.objects("Catch")
        return readers.enumerated().compactMap { index, reader in
            _ = reader.string("Comment")
            let errors = errors(reader, isLast: index == readers.count - 1)
            let next = reader.required("Next")
            let resultPath = reader.nullableReferencePath("ResultPath")
            let assign = assign(reader)
            reader.finish()
            return next.map { Catcher(errors: errors, next: $0, resultPath: resultPath, assign: assign) }
        }
    }

    private func errors(_ reader: FieldReader, isLast: Bool) -> [ErrorName] {
        let values = reader.list("ErrorEquals") ?? []
        let names = values.compactMap(\.string)
        if names.isEmpty || names.count != values.count || names.contains("") {
            reader.report("ErrorEquals", "must be an array with at least one error name")
        }
        if Set(values).count != values.count { reader.report("ErrorEquals", "names an error twice") }
        if names.contains(ErrorName.all.rawValue) {
            if names.count > 1 { reader.report("ErrorEquals", "'States.ALL' must stand alone") }
            if !isLast { reader.report("ErrorEquals", "'States.ALL' must be in the last entry") }
        }
        return names.map { ErrorName($0) }
    }
}
