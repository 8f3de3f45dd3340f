extension DefinitionDecoder {
    func choice(_ reader: FieldReader) -> State.Behaviour {
        let choices = reader.objects("Choices")
        if choices.isEmpty { reader.report("Choices", "must be an array with at least one rule") }
        let rules = choices.compactMap(rule(_:))
        return .choice(rules, fallback: reader.string("Default"))
    }

    func wait(_ reader: FieldReader) -> WaitDefinition? {
        let fields = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"].filter(reader.has)
        guard fields.count == 1 else {
            reader.report(nil, "needs exactly one of Seconds, SecondsPath, Timestamp and TimestampPath")
            return nil
        }
        switch fields[0] {
        case "Timestamp":
            return reader.parsed("Timestamp") { text throws(SyntaxProblem) in
                guard let time = Timestamp(text) else { throw SyntaxProblem("'\(text)' is not a timestamp") }
                return .timestamp(time)
            }
        case "TimestampPath": return reader.path("TimestampPath").map { .timestampPath($0) }
        default: return reader.integerSource("Seconds", in: 0...99_999_999).map { .seconds($0) }
        }
    }

    func fail(_ reader: FieldReader) -> FailDefinition {
        func text(_ field: String) -> FailDefinition.Text? {
            reader.refuseBoth(field, field + "Path")
            if let text = reader.string(field) { return .literal(text) }
            return reader.parsed(field + "Path") { text throws(SyntaxProblem) in .expression(try Expression(text)) }
        }
        return FailDefinition(error: text("Error"), cause: text("Cause"))
    }

    func parallel(_ reader: FieldReader) -> State.Behaviour {
        let branches = reader.objects("Branches")
        if branches.isEmpty { reader.report("Branches", "must be an array with at least one branch") }
        return .parallel(
            branches.compactMap { branch in
                _ = branch.string("Comment")
                let graph = graph(branch)
                branch.finish()
                return graph
            }
        )
    }

    func map(_ reader: FieldReader) -> MapDefinition? {
        for field in ["ItemReader", "ItemBatcher", "ResultWriter", "Label"] where reader.has(field) {
            reader.report(field, "belongs to a distributed Map, which is not supported")
            _ = reader.value(field)
        }
        reader.refuseBoth("ItemProcessor", "Iterator")
        reader.refuseBoth("ItemSelector", "Parameters")
        let processor = reader.object("ItemProcessor") ?? reader.object("Iterator")
        if !reader.has("ItemProcessor"), !reader.has("Iterator") { reader.report("ItemProcessor", "is missing") }
        let graph = processor.flatMap { processor in
            readProcessorConfig(processor)
            _ = processor.string("Comment")
            let graph = self.graph(processor)
            processor.finish()
            return graph
        }
        let itemSelector = reader.template("ItemSelector") ?? reader.template("Parameters")
        let itemsPath = reader.path("ItemsPath") ?? .whole
        let concurrency = reader.integerSource("MaxConcurrency", in: 0...Int64(Int32.max))
        let count = reader.integerSource("ToleratedFailureCount", in: 0...Int64(Int32.max))
        let percentage = percentage(reader)
        guard let graph else { return nil }
        return MapDefinition(
            processor: graph,
            itemsPath: itemsPath,
            itemSelector: itemSelector,
            maxConcurrency: concurrency,
            toleratedFailureCount: count,
            toleratedFailurePercentage: percentage
        )
    }

    private func readProcessorConfig(_ processor: FieldReader) {
        guard let config = processor.object("ProcessorConfig") else { return }
        let mode = config.string("Mode")
        if mode == "DISTRIBUTED" {
            config.report("Mode", "a distributed Map is not supported; only INLINE is")
            _ = config.string("ExecutionType")
        } else if let mode, mode != "INLINE" {
            config.report("Mode", "must be INLINE")
        }
        config.finish()
    }

    private func percentage(_ reader: FieldReader) -> NumberSource? {
        let field = "ToleratedFailurePercentage"
        reader.refuseBoth(field, field + "Path")
        if let path = reader.path(field + "Path") { return .path(path) }
        guard let value = reader.value(field) else { return nil }
        guard let number = value.double, (0...100).contains(number) else {
            reader.report(field, "must be a number from 0 to 100")
            return nil
        }
        return .literal(number)
    }
}
