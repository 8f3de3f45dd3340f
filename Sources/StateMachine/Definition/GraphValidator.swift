/// Checks that the states of one graph lead to each other.
struct GraphValidator {
    let graph: StateGraph
    /// The names of all states, also of those that could not be read.
    let names: [String]
    let reader: FieldReader

    func validate() {
        if !exists(graph.startAt) { reader.report("StartAt", "there is no state '\(graph.startAt)'") }
        for state in graph.states { checkTargets(of: state) }
        // A state that could not be read would only make others look out of reach.
        if names.count == graph.states.count { checkReachability() }
        checkNames()
        checkVariables()
    }

    private func checkTargets(of state: State) {
        func check(_ target: String?, _ field: String) {
            guard let target, !exists(target) else { return }
            reader.problems.report(state.name, field, "there is no state '\(target)'")
        }
        check(state.next, "Next")
        if case .choice(let rules, let fallback) = state.behaviour {
            for (index, rule) in rules.enumerated() { check(rule.next, "Choices[\(index)].Next") }
            check(fallback, "Default")
        }
        for (index, catcher) in state.catchers.enumerated() { check(catcher.next, "Catch[\(index)].Next") }
    }

    private func exists(_ name: String) -> Bool { names.contains { $0.isIdentical(to: name) } }

    private func checkReachability() {
        guard graph[graph.startAt] != nil else { return }
        var reached: Set<JSONKey> = []
        var waiting = [graph.startAt]
        while let name = waiting.popLast() {
            guard reached.insert(JSONKey(name)).inserted, let state = graph[name] else { continue }
            waiting += state.successors
        }
        for state in graph.states where !reached.contains(JSONKey(state.name)) {
            reader.problems.report(state.name, nil, "cannot be reached from '\(graph.startAt)'")
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
