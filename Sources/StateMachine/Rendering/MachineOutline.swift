/// A state machine as whoever draws it has to know it: states, and where they lead.
package struct MachineOutline: Sendable {
    /// A state.
    package struct Node: Sendable {
        /// Its name.
        package let name: String
        /// Such as `Task`.
        package let kind: String
        /// Where it leads, in the order of the definition.
        package let arrows: [Arrow]
        /// What a Map or the branches of a Parallel state run.
        package let inner: [MachineOutline]
    }

    /// Where a state leads.
    package struct Arrow: Hashable, Sendable {
        /// The next state; nil at the end.
        package let target: String?
        /// A condition, the names of errors, or `otherwise`; nil for the usual way.
        package let label: String?
        /// Whether errors lead there.
        package let isCatcher: Bool
    }

    /// The state that it begins with.
    package let startAt: String
    /// Its states, in the order of the definition.
    package let nodes: [Node]

    /// Outlines a definition.
    package init(_ definition: StateMachineDefinition) {
        self.init(definition.graph)
    }

    init(_ graph: StateGraph) {
        startAt = graph.startAt
        nodes = graph.states.map { state in
            Node(
                name: state.name,
                kind: state.kind.rawValue,
                arrows: Self.arrows(from: state),
                inner: state.innerGraphs.map { MachineOutline($0) }
            )
        }
    }

    private static func arrows(from state: State) -> [Arrow] {
        var arrows: [Arrow] = []
        if case .choice(let rules, let fallback) = state.behaviour {
            arrows += rules.map { Arrow(target: $0.next, label: $0.condition.summary, isCatcher: false) }
            if let fallback { arrows.append(Arrow(target: fallback, label: "otherwise", isCatcher: false)) }
        } else {
            arrows.append(Arrow(target: state.next, label: nil, isCatcher: false))
        }
        return arrows
            + state.catchers.map {
                Arrow(target: $0.next, label: $0.errors.map(\.rawValue).joined(separator: ", "), isCatcher: true)
            }
    }
}

extension ChoiceCondition {
    /// The condition in a few words.
    fileprivate var summary: String {
        switch self {
        case .all(let conditions): conditions.map(\.summary).joined(separator: " and ")
        case .any(let conditions): conditions.map(\.summary).joined(separator: " or ")
        case .not(let condition): "not (\(condition.summary))"
        case .test(let variable, let test): "\(variable.text) \(test.summary)"
        }
    }
}

extension ChoiceTest {
    fileprivate var summary: String {
        switch self {
        case .shape(let shape, let expected): (expected ? "" : "not ") + shape.rawValue
        case .matches: "matches"
        case .compare(_, let relation, let operand):
            switch operand {
            case .literal(let value): "\(relation.symbol) \(value.string ?? value.jsonText)"
            case .path(let path): "\(relation.symbol) \(path.text)"
            }
        }
    }
}

extension ChoiceTest.Relation {
    fileprivate var symbol: String {
        switch self {
        case .equals: "="
        case .lessThan: "<"
        case .greaterThan: ">"
        case .lessThanEquals: "≤"
        case .greaterThanEquals: "≥"
        }
    }
}
