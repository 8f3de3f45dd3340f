/// What keeps an execution from being run: a definition or text that is wrong, or the state of a kept execution.
package struct StateMachineError: Error, Equatable, CustomStringConvertible {
    /// The kind of a `StateMachineError`.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidJSON, invalidDefinition, executionAlreadyExists, executionDoesNotExist, executionNotRedrivable
        }
        private let kind: Kind

        /// A text is not JSON.
        package static let invalidJSON = Code(kind: .invalidJSON)
        /// A definition was read and has problems, which `problems` lists.
        package static let invalidDefinition = Code(kind: .invalidDefinition)
        /// There is an execution of that name, with another input or ended.
        package static let executionAlreadyExists = Code(kind: .executionAlreadyExists)
        /// There is no execution of that name.
        package static let executionDoesNotExist = Code(kind: .executionDoesNotExist)
        /// The execution runs still, succeeded, ended too long ago, or has too long a history.
        package static let executionNotRedrivable = Code(kind: .executionNotRedrivable)

        package var description: String { kind.rawValue }
    }

    /// The kind of error.
    package let code: Code
    /// One sentence for people.
    package let message: String
    /// All that is wrong with the definition, in the order of its states.
    package let problems: [DefinitionProblem]

    /// A definition or text does not get better by trying again.
    package var isRetryable: Bool { false }

    package var description: String {
        ([message] + problems.map { "  \($0)" }).joined(separator: "\n")
    }

    init(_ code: Code, _ message: String) {
        self.init(code: code, message: message)
    }

    init(code: Code, message: String, problems: [DefinitionProblem] = []) {
        self.code = code
        self.message = message
        self.problems = problems
    }
}

/// One thing that is wrong with a definition.
package struct DefinitionProblem: Hashable, Sendable, CustomStringConvertible {
    /// The name of the state, or `nil` for the machine itself.
    package let state: String?
    /// The field, with its path where it is nested (`Choices[0].Next`), or `nil` for the state as a whole.
    package let field: String?
    /// What is wrong.
    package let message: String

    package var description: String {
        let place = [state.map { "state '\($0)'" } ?? "state machine", field.map { "field '\($0)'" }]
        return place.compactMap(\.self).joined(separator: ", ") + ": " + message
    }
}

/// A path, intrinsic call, timestamp or pattern that cannot be read.
struct SyntaxProblem: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
}
