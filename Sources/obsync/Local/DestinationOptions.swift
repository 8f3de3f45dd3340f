import ArgumentParser
import LocalAdapters
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

    @Flag(
        help: """
            Mirror into a folder that holds files already, such as an old copy. What differs from the source is set aside in \
            .obsync/history; nothing else is touched.
            """
    )
    var adopt = false

    @Option(help: "How long replaced and deleted files are kept in .obsync/history, such as 90d, 12w or 36h.")
    var history = "90d"

    @Option(help: "How much room they may take, such as 500MB or 20GB; without it as much as there is.")
    var historyMax: String?

    /// How long what was set aside is kept.
    ///
    /// - Throws: `InvalidInput` for what is no duration or size.
    func historyLimits() throws(SyncError) -> HistoryLimits {
        let hours = ["h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24]
        guard let unit = history.last.flatMap({ hours[String($0)] }), let number = Int(history.dropLast()), number > 0,
            number < 1_000_000
        else {
            throw SyncError(.invalidInput, "--history has to be a number of hours, days, weeks or years, such as 90d")
        }
        return HistoryLimits(age: .seconds(number * unit * 3600), size: try historyMax.map(Self.size))
    }

    private static func size(_ text: String) throws(SyncError) -> Int64 {
        let units: [(String, Int64)] = [
            ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000),
        ]
        for (unit, factor) in units where text.uppercased().hasSuffix(unit) {
            let number = text.dropLast(unit.count)
            if let number = Int64(number), number >= 0, number <= Int64.max / factor { return number * factor }
        }
        throw SyncError(.invalidInput, "--history-max has to be a size such as 500MB or 20GB")
    }

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
