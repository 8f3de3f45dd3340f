/// Checks that the states of one graph lead to each other.
struct GraphValidator {
    let graph: StateGraph
    /// The names of all states, also of those that could not be read.
    let names: [String]
    /// Those that could not be read, with where they lead all the same.
    let unread: [UnreadState]
    let reader: FieldReader

    func validate(hasStart: Bool) {
        if hasStart, !exists(graph.startAt) { reader.report("StartAt", "there is no state '\(graph.startAt)'") }
        for state in graph.states { checkTargets(of: state) }
        for state in unread { for target in state.targets { check(target.name, target.field, of: state.name) } }
        if hasStart, exists(graph.startAt) { checkReachability() }
        checkNames()
        checkVariables()
    }

    private func checkTargets(of state: State) {
        check(state.next, "Next", of: state.name)
        if case .choice(let rules, let fallback) = state.behaviour {
            for (index, rule) in rules.enumerated() { check(rule.next, "Choices[\(index)].Next", of: state.name) }
            check(fallback, "Default", of: state.name)
        }
        for (index, catcher) in state.catchers.enumerated() {
            check(catcher.next, "Catch[\(index)].Next", of: state.name)
        }
    }

    private func check(_ target: String?, _ field: String, of state: String) {
        guard let target, !exists(target) else { return }
        reader.problems.report(state, field, "there is no state '\(target)'")
    }

    private func exists(_ name: String) -> Bool { names.contains { $0.isIdentical(to: name) } }

    private func checkReachability() {
        var reached: Set<JSONKey> = []
        var waiting = [graph.startAt]
        while let name = waiting.popLast() {
            guard reached.insert(JSONKey(name)).inserted else { continue }
            waiting += graph[name]?.successors ?? []
            waiting += unread.filter { $0.name.isIdentical(to: name) }.flatMap { $0.targets.map(\.name) }
        }
        for name in names where !reached.contains(JSONKey(name)) {
            reader.problems.report(name, nil, "cannot be reached from '\(graph.startAt)'")
        }
    }

    /// A variable may be set only where it was set first: an inner graph sees it, but cannot set it.
    private func checkVariables() {
        let outer = Set(graph.states.flatMap(\.assignedNames).map(JSONKey.init))
        for graph in graph.states.flatMap(\.innerGraphs) {
            for (state, name) in graph.allAssignments where outer.contains(JSONKey(name)) {
                reader.problems.report(state, "Assign.\(name)", "a state further out sets this variable")
            }
        }
    }

    /// Names of states must be unique in the whole machine, inner graphs included.
    private func checkNames() {
        var seen = Set(graph.states.map { JSONKey($0.name) })
        for name in graph.states.flatMap(\.innerGraphs).flatMap(\.allNames) where !seen.insert(JSONKey(name)).inserted {
            reader.problems.report(name, nil, "the machine has two states of this name")
        }
    }
}

/// A state that could not be read. Where it leads is taken from its fields as they are.
struct UnreadState {
    let name: String
    /// The states that it names, with the fields that name them.
    let targets: [(field: String, name: String)]

    init(name: String, _ value: JSONValue) {
        self.name = name
        var targets: [(String, String)] = []
        for field in ["Next", "Default"] {
            if let target = value[field]?.string { targets.append((field, target)) }
        }
        for field in ["Choices", "Catch"] {
            for (index, item) in (value[field]?.array ?? []).enumerated() {
                if let target = item["Next"]?.string { targets.append(("\(field)[\(index)].Next", target)) }
            }
        }
        self.targets = targets.map { (field: $0.0, name: $0.1) }
    }
}

extension StateGraph {
    /// The variables that states set, also those inside others.
    fileprivate var allAssignments: [(state: String, name: String)] {
        states.flatMap { state in
            state.assignedNames.map { (state.name, $0) } + state.innerGraphs.flatMap(\.allAssignments)
        }
    }

    /// The names of all states, also of those inside others.
    var allNames: [String] {
        states.flatMap { [$0.name] + $0.innerGraphs.flatMap(\.allNames) }
    }
}

extension State {
    /// The variables that the state itself sets.
    fileprivate var assignedNames: [String] {
        var templates = [assign] + catchers.map(\.assign)
        if case .choice(let rules, _) = behaviour { templates += rules.map(\.assign) }
        return templates.compactMap(\.self).flatMap { template -> [String] in
            if case .object(let members) = template { members.map(\.name) } else { [] }
        }
    }

    /// The graphs that run inside this state.
    var innerGraphs: [StateGraph] {
        switch behaviour {
        case .parallel(let branches): branches
        case .map(let map): [map.processor]
        default: []
        }
    }
}
