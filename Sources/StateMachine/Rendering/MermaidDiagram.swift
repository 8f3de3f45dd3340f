/// A state machine as a picture: the text of a Mermaid `stateDiagram-v2`.
///
/// States inside a Map or a branch are drawn inside the state they belong to; a branch is divided from the next by a
/// dashed line. An arrow has the condition's operator as its label where it comes from a rule, `otherwise` for a
/// default, and the names of the errors for a catcher.
package struct MermaidDiagram: Sendable, CustomStringConvertible {
    private let lines: [String]

    /// Draws a definition.
    ///
    /// - Parameter definition: What to draw.
    package init(_ definition: StateMachineDefinition) {
        let names = definition.graph.allNames
        let identifiers = Dictionary(
            names.enumerated().map { (JSONKey($1), "s\($0 + 1)") },
            uniquingKeysWith: { first, _ in first }
        )
        lines = ["stateDiagram-v2"] + Self.draw(definition.graph, identifiers, indent: "    ")
    }

    /// The text, one line per state and arrow, ending with a line break.
    package var description: String { lines.joined(separator: "\n") + "\n" }

    private static func draw(_ graph: StateGraph, _ identifiers: [JSONKey: String], indent: String) -> [String] {
        func identifier(_ name: String) -> String { identifiers[JSONKey(name)] ?? "unknown" }
        var lines: [String] = []
        for state in graph.states {
            lines.append("\(indent)state \"\(escaped(state.name))\" as \(identifier(state.name))")
            let inner = state.innerGraphs
            guard !inner.isEmpty else { continue }
            lines.append("\(indent)state \(identifier(state.name)) {")
            for (index, graph) in inner.enumerated() {
                if index > 0 { lines.append("\(indent)    --") }
                lines += draw(graph, identifiers, indent: indent + "    ")
            }
            lines.append("\(indent)}")
        }
        lines.append("\(indent)[*] --> \(identifier(graph.startAt))")
        for state in graph.states {
            let from = indent + identifier(state.name)
            for (target, label) in arrows(from: state) {
                let suffix = label.map { " : \(escaped($0))" } ?? ""
                lines.append("\(from) --> \(target.map(identifier) ?? "[*]")\(suffix)")
            }
        }
        return lines
    }

    private static func arrows(from state: State) -> [(target: String?, label: String?)] {
        var arrows: [(String?, String?)] = []
        if case .choice(let rules, let fallback) = state.behaviour {
            arrows += rules.map { ($0.next, $0.condition.summary) }
            if let fallback { arrows.append((fallback, "otherwise")) }
        } else {
            arrows.append((state.next, nil))
        }
        return arrows + state.catchers.map { ($0.next, $0.errors.map(\.rawValue).joined(separator: ", ")) }
    }

    /// Mermaid ends a label at a quotation mark or colon, so both are written as character references.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\"": result += "#quot;"
            case ":": result += "#58;"
            case ";": result += "#59;"
            case "#": result += "#35;"
            default: result.append(character)
            }
        }
        return result
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
