import ArgumentParser
import Foundation
import StateMachine
import SyncCore

/// Reads a definition from a file.
private func definition(at path: String) throws -> StateMachineDefinition {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw SyncError(.invalidInput, "the file \(path) cannot be read")
    }
    let text = String(decoding: data, as: UTF8.self)
    do {
        return try LocalEngine.definition(text)
    } catch {
        let places = SourcePlace(text: text)
        let lines = error.problems.map { problem in
            let place = places.place(of: problem).map { ":\($0.line):\($0.column)" } ?? ""
            return "  \(path)\(place): \(problem)"
        }
        let first = error.problems.isEmpty ? "\(path): \(error.message)" : error.message
        throw SyncError(.invalidInput, ([first] + lines).joined(separator: "\n"))
    }
}

/// `obsync validate`
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a state machine definition; every problem is named with line, column, state and field."
    )

    @Argument(help: "The definition's file.")
    var file: String

    func run() throws {
        _ = try definition(at: file)
        StandardStreams.output("\(file): valid")
    }
}

/// `obsync diagram`
struct DiagramCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagram",
        abstract: "Draw a state machine definition as a Mermaid diagram."
    )

    @Argument(help: "The definition's file.")
    var file: String

    func run() throws {
        StandardStreams.output(MermaidDiagram(try definition(at: file)).description)
    }
}
