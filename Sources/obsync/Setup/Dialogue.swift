import Foundation
import SyncCore

/// Asks a person at a terminal, one question a line.
struct Dialogue: Sendable {
    /// Reads a line without its end; nil at the end of the input.
    var readLine: @Sendable () -> String?
    /// The same without showing what is typed.
    var readHidden: @Sendable () -> String?
    /// Shows a text without ending the line.
    var show: @Sendable (String) -> Void

    /// Over standard input and standard error.
    static let terminal = Dialogue(
        readLine: { Swift.readLine() },
        readHidden: { HiddenInput.readLine() },
        show: { StandardStreams.error($0, terminator: "") }
    )

    /// Asks until an answer passes.
    ///
    /// - Parameters:
    ///   - question: without colon or question mark.
    ///   - suggestion: what an empty answer means; nil where there has to be one.
    ///   - check: says in one sentence what is wrong with an answer, or nil.
    /// - Returns: an answer that passed.
    /// - Throws: `InvalidInput` when the input ends before.
    func ask(_ question: String, suggestion: String? = nil, check: (String) -> String? = { _ in nil }) throws -> String
    {
        while true {
            show(suggestion.map { $0.isEmpty ? "\(question) [none]: " : "\(question) [\($0)]: " } ?? "\(question): ")
            guard let line = readLine() else { throw Self.endOfInput(question) }
            let typed = line.trimmingCharacters(in: .whitespaces)
            guard let answer = typed.isEmpty ? suggestion : typed else {
                show("  an answer is needed\n")
                continue
            }
            guard let objection = check(answer) else { return answer }
            show("  \(objection)\n")
        }
    }

    /// Asks for something that nobody should see.
    func askHidden(_ question: String, isOptional: Bool = false) throws -> String {
        while true {
            show(isOptional ? "\(question) [none]: " : "\(question): ")
            guard let line = readHidden() else { throw Self.endOfInput(question) }
            show("\n")
            if isOptional || !line.isEmpty { return line }
            show("  an answer is needed\n")
        }
    }

    /// Asks for a yes or a no; an empty answer is a no.
    ///
    /// - Throws: `InvalidInput` when the input ends before.
    func confirm(_ question: String) throws -> Bool {
        let answer = try ask(question, suggestion: "no") { answer in
            ["yes", "no"].contains(answer.lowercased()) ? nil : "answer yes or no"
        }
        return answer.lowercased() == "yes"
    }

    private static func endOfInput(_ question: String) -> SyncError {
        SyncError(.invalidInput, "the input ended before the question \"\(question)\" was answered")
    }
}

/// Reads from a terminal that does not show what is typed.
private enum HiddenInput {
    static func readLine() -> String? {
        var shown = termios()
        // Where standard input is no terminal, nothing is shown anyway.
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else { return Swift.readLine() }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
        return Swift.readLine()
    }
}
