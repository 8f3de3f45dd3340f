import Foundation
import StateMachine

/// Where in the text of a definition a problem is, as line and column.
struct SourcePlace {
    let text: String

    /// The place of a problem's field, or of its state; nil where the text does not show it.
    func place(of problem: DefinitionProblem) -> (line: Int, column: Int)? {
        var from = text.startIndex
        if let state = problem.state {
            guard let found = key(state, from: from) else { return nil }
            from = found
        }
        // Of a nested field its last name is looked for: `Choices[0].Next`.
        let names = (problem.field ?? "").split(separator: ".").map { $0.prefix { $0 != "[" } }
        for name in names { from = key(String(name), from: from) ?? from }
        guard from != text.startIndex || problem.state != nil else { return nil }
        let before = text[..<from]
        let start = before.lastIndex(where: \.isNewline).map { before.index(after: $0) } ?? before.startIndex
        return (before.count(where: \.isNewline) + 1, before[start...].count + 1)
    }

    /// Where a member of this name begins.
    private func key(_ name: String, from start: String.Index) -> String.Index? {
        let quoted = "\"" + JSONValue.escaped(name) + "\""
        var start = start
        while let found = text.range(of: quoted, range: start..<text.endIndex) {
            let rest = text[found.upperBound...].drop(while: \.isWhitespace)
            if rest.first == ":" { return found.lowerBound }
            start = found.upperBound
        }
        return nil
    }
}
