import ArgumentParser
import SyncCore

/// Which deletions that were held back somebody lets pass: `--allow-deletions`, or `--allow-deletions ID`.
enum DeletionApproval: Hashable, ExpressibleByArgument {
    private static let option = "--allow-deletions"

    case all
    /// The set of that id, as long as it has not grown since.
    case set(String)

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else if HeldDeletions.isID(argument) {
            self = .set(argument)
        } else {
            return nil
        }
    }

    /// The arguments of a command line in which the option takes a value only where one follows: what follows may as well be the
    /// name of a vault.
    static func spelledOut(_ arguments: [String]) -> [String] {
        arguments.enumerated().map { position, argument in
            guard argument == option else { return argument }
            let next = arguments.dropFirst(position + 1).first
            return next.map(HeldDeletions.isID) == true ? argument : argument + "=all"
        }
    }
}
