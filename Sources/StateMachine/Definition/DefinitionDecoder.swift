/// Turns JSON into states, and collects what is wrong on the way.
struct DefinitionDecoder {
    let problems: ProblemList

    /// Reads `StartAt` and `States`.
    ///
    /// - Returns: `nil` when the problems leave no graph.
    func graph(_ reader: FieldReader) -> StateGraph? {
        let startAt = reader.required("StartAt")
        guard let value = reader.value("States") else {
            reader.report("States", "is missing")
            return nil
        }
        guard let object = value.object, object.count > 0 else {
            reader.report("States", "must be an object with at least one state")
            return nil
        }
        let states = object.compactMap { state($0.key, $0.value) }
        checkPlaceholders(.string(startAt ?? ""), state: reader.state, field: "StartAt")
        let graph = StateGraph(startAt: startAt ?? "", states: states)
        let read = Set(states.map { JSONKey($0.name) })
        let unread = object.filter { !read.contains(JSONKey($0.key)) }.map { UnreadState(name: $0.key, $0.value) }
        GraphValidator(graph: graph, names: object.keys, unread: unread, reader: reader)
            .validate(hasStart: startAt != nil)
        return startAt == nil ? nil : graph
    }

    func checkQueryLanguage(_ reader: FieldReader) {
        if let language = reader.string("QueryLanguage"), language != "JSONPath" {
            reader.report("QueryLanguage", "'\(language)' is not supported; only JSONPath is")
        }
    }

    private func state(_ name: String, _ value: JSONValue) -> State? {
        guard let object = value.object else {
            problems.report(name, nil, "must be an object")
            return nil
        }
        if name.isEmpty || name.unicodeScalars.count > 80 {
            problems.report(name, nil, "a state's name must have 1 to 80 characters")
        }
        checkPlaceholders(.string(name), state: name, field: nil)
        for (key, value) in object where key != "States" { checkPlaceholders(value, state: name, field: key) }
        let reader = FieldReader(object, state: name, problems: problems)
        let type = reader.required("Type")
        _ = reader.string("Comment")
        checkQueryLanguage(reader)
        guard let type, let behaviour = behaviour(type, reader) else { return nil }
        var state = State(name: name, behaviour: behaviour)
        readFlow(into: &state, type: type, reader)
        reader.finish()
        return state
    }

    private func behaviour(_ type: String, _ reader: FieldReader) -> State.Behaviour? {
        switch type {
        case "Pass": return .pass(result: reader.value("Result"))
        case "Task": return task(reader).map { .task($0) }
        case "Choice": return choice(reader)
        case "Wait": return wait(reader).map { .wait($0) }
        case "Succeed": return .succeed
        case "Fail": return .fail(fail(reader))
        case "Parallel": return parallel(reader)
        case "Map": return map(reader).map { .map($0) }
        default:
            reader.report("Type", "'\(type)' is not a type of state")
            return nil
        }
    }

    /// Reads the fields that several types share, where the type has them.
    private func readFlow(into state: inout State, type: String, _ reader: FieldReader) {
        if type == "Fail" { return }
        state.inputPath = reader.nullablePath("InputPath")
        state.outputPath = reader.nullablePath("OutputPath")
        if type == "Succeed" { return }
        state.assign = assign(reader)
        if type == "Choice" { return }
        state.next = transition(reader)
        if type == "Wait" { return }
        state.resultPath = reader.nullableReferencePath("ResultPath")
        // A Map's Parameters are read as its ItemSelector.
        if type != "Map" { state.parameters = reader.template("Parameters") }
        if type == "Pass" {
            return
        }
        state.resultSelector = reader.template("ResultSelector")
        if let value = reader.object["ResultSelector"], value.object == nil {
            reader.report("ResultSelector", "must be an object")
        }
        state.retriers = retriers(reader)
        state.catchers = catchers(reader)
    }

    private func transition(_ reader: FieldReader) -> String? {
        let next = reader.string("Next")
        let end = reader.bool("End")
        switch (reader.has("Next"), end) {
        case (true, true?): reader.report("End", "cannot be true when 'Next' is given")
        case (false, true?): break
        case (true, _): break
        case (false, _): reader.report("Next", "is missing, and 'End' is not true")
        }
        return end == true ? nil : next
    }

    func assign(_ reader: FieldReader) -> PayloadTemplate? {
        guard let template = reader.template("Assign") else { return nil }
        guard case .object(let members) = template else {
            reader.report("Assign", "must be an object")
            return nil
        }
        for member in members {
            let isName = member.name.unicodeScalars.allSatisfy(\.properties.isXIDContinue)
            let startsWell = member.name.unicodeScalars.first.map { $0.properties.isXIDStart } ?? false
            if !isName || !startsWell || member.name.unicodeScalars.count > 80 || member.name == "states" {
                reader.report("Assign.\(member.name)", "is not a name for a variable")
            }
        }
        return template
    }

    private func checkPlaceholders(_ value: JSONValue, state: String?, field: String?) {
        switch value {
        case .string(let text):
            if let name = Self.placeholder(in: text) { problems.report(state, field, "no value for '${\(name)}'") }
        case .array(let values):
            for value in values { checkPlaceholders(value, state: state, field: field) }
        case .object(let object):
            for (key, value) in object where key != "States" {
                checkPlaceholders(.string(key), state: state, field: field)
                checkPlaceholders(value, state: state, field: field)
            }
        default: break
        }
    }

    private static func placeholder(in text: String) -> String? {
        var scanner = TextScanner(text)
        while !scanner.isAtEnd {
            _ = scanner.take { $0 != "$" }
            guard scanner.consume("$"), scanner.consume("{") else { continue }
            let name = scanner.take { $0.isASCII && $0.properties.isXIDContinue }
            if !name.isEmpty, scanner.consume("}") { return name }
        }
        return nil
    }
}
