import ArgumentParser
import SyncCore

/// What `obsync sync` can be told of the folder that it mirrors into.
struct DestinationOptions: ParsableArguments {
    @Option(
        help: """
            A folder of this machine for the records of the mirror; it is remembered. Without it they are in .obsync, or, where \
            that is on a network file system, under XDG_STATE_HOME.
            """
    )
    var state: String?

    /// The folder that a command line names.
    ///
    /// - Throws: `InvalidInput` for what is no folder of this machine.
    func folder(_ path: String) throws -> LocalFolder {
        try DestinationName.check(path, option: "--dest")
        if let state { try DestinationName.check(state, option: "--state") }
        return LocalFolder(path, state: state)
    }
}

/// The name of a folder, as somebody gives it.
enum DestinationName {
    /// Refuses what is certainly not meant: a variable that is not set, an address.
    ///
    /// - Throws: `InvalidInput`.
    static func check(_ path: String, option: String) throws(SyncError) {
        guard path.contains(where: { !$0.isWhitespace }) else {
            throw SyncError(.invalidInput, "\(option) is empty; name a folder, and ./ for the one you are in")
        }
        guard path.firstMatch(of: /^[A-Za-z][A-Za-z0-9+.\-]*:\/\//) == nil else {
            throw SyncError(.invalidInput, "\(option) names an address; it has to be a folder of this machine")
        }
    }
}
