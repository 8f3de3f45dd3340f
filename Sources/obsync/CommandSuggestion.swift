import ArgumentParser
import SyncCore

/// Finds the command that somebody meant who has mistyped one.
enum CommandSuggestion {
    /// Refuses a first argument that is no command, with the nearest one.
    ///
    /// - Parameters:
    ///   - arguments: what follows the name of the program.
    ///   - root: the command that the arguments are for.
    /// - Throws: `InvalidInput`.
    static func check(_ arguments: [String], in root: any ParsableCommand.Type) throws(SyncError) {
        let commands = root.configuration.subcommands
        let names = commands.map { command in name(of: command) }
        guard !commands.isEmpty, let typed = arguments.first, !typed.hasPrefix("-"), typed != "help" else { return }
        if let index = names.firstIndex(of: typed) {
            try check(Array(arguments.dropFirst()), in: commands[index])
            return
        }
        let path = root == Obsync.self ? "obsync" : "obsync \(name(of: root))"
        let nearest = nearest(to: typed, among: names)
        throw SyncError(
            .invalidInput,
            "there is no command \(typed.printable)\(nearest.map { "; did you mean \(path) \($0)?" } ?? "")"
                + (nearest == nil ? "; \(path) --help lists all" : "")
        )
    }

    /// The option that somebody meant who has mistyped one, where the parser complains of something else: that the one he meant
    /// is missing.
    ///
    /// - Parameters:
    ///   - arguments: what follows the name of the program.
    ///   - root: the command that the arguments are for.
    /// - Returns: a sentence; nil where every option is one of the command's, or is like none of them.
    static func option(_ arguments: [String], in root: any ParsableCommand.Type) -> String? {
        if let typed = arguments.first,
            let command = root.configuration.subcommands.first(where: { name(of: $0) == typed })
        {
            return option(Array(arguments.dropFirst()), in: command)
        }
        let known = Set(root.helpMessage(columns: 1000).matches(of: /--[a-z][a-z0-9-]*/).map { String($0.output) })
        let typed = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
            .map { argument in String(argument.prefix { $0 != "=" }) }
        for unknown in typed where !known.contains(unknown) {
            guard let nearest = nearest(to: unknown, among: known.sorted()) else { continue }
            return "\(unknown.printable) is no option; did you mean \(nearest)?"
        }
        return nil
    }

    /// The name that differs least from a text; nil where all differ in more than a third of the letters, or two.
    static func nearest(to text: String, among names: [String]) -> String? {
        let found = names.map { (name: $0, distance: distance(text, $0)) }.min { $0.distance < $1.distance }
        guard let found, found.distance <= max(2, text.count / 3) else { return nil }
        return found.name
    }

    /// How many letters have to be changed, added, left out or swapped with their neighbour.
    private static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one), Array(other))
        var before: [Int] = []
        var last = Array(0...other.count)
        for row in one.indices {
            var line = [row + 1]
            for column in other.indices {
                let isSame = one[row] == other[column]
                var cost = min(line[column] + 1, last[column + 1] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
                    cost = min(cost, before[column - 1] + 1)
                }
                line.append(cost)
            }
            (before, last) = (last, line)
        }
        return last[other.count]
    }

    /// The name that is typed.
    private static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? String(describing: command).lowercased()
    }
}
