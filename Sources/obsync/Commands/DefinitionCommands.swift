import ArgumentParser
import Foundation
import StateMachine
import SyncCore

/// Reads a definition from a file.
private func definition(at path: String) throws -> StateMachineDefinition {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw SyncError(.invalidInput, "the definition's file cannot be read")
    }
    return try LocalEngine.definition(String(decoding: data, as: UTF8.self))
}

/// `obsync validate`
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a state machine definition; every problem is named with its state and field."
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
