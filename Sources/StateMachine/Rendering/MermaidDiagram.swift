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
        let outline = MachineOutline(definition)
        let names = definition.graph.allNames
        let identifiers = Dictionary(
            names.enumerated().map { (JSONKey($1), "s\($0 + 1)") },
            uniquingKeysWith: { first, _ in first }
        )
        lines = ["stateDiagram-v2"] + Self.draw(outline, identifiers, indent: "    ")
    }

    /// The text, one line per state and arrow, ending with a line break.
    package var description: String { lines.joined(separator: "\n") + "\n" }

    private static func draw(_ outline: MachineOutline, _ identifiers: [JSONKey: String], indent: String) -> [String] {
        func identifier(_ name: String) -> String { identifiers[JSONKey(name)] ?? "unknown" }
        var lines: [String] = []
        for state in outline.nodes {
            lines.append("\(indent)state \"\(escaped(state.name))\" as \(identifier(state.name))")
            guard !state.inner.isEmpty else { continue }
            lines.append("\(indent)state \(identifier(state.name)) {")
            for (index, inner) in state.inner.enumerated() {
                if index > 0 { lines.append("\(indent)    --") }
                lines += draw(inner, identifiers, indent: indent + "    ")
            }
            lines.append("\(indent)}")
        }
        lines.append("\(indent)[*] --> \(identifier(outline.startAt))")
        for state in outline.nodes {
            let from = indent + identifier(state.name)
            for arrow in state.arrows {
                let suffix = arrow.label.map { " : \(escaped($0))" } ?? ""
                lines.append("\(from) --> \(arrow.target.map(identifier) ?? "[*]")\(suffix)")
            }
        }
        return lines
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
