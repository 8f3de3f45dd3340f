import ArgumentParser
import LocalAdapters
import SyncCore

/// What `obsync sync` can be told of the place that it mirrors into.
struct DestinationOptions: ParsableArguments {
    @Flag(
        help: """
            Mirror into a folder or bucket that holds files already, such as an old copy. What differs from the source is set aside \
            in the folder's .obsync/history, and replaced in a bucket; nothing else is touched.
            """
    )
    var adopt = false

    @Flag(help: "Take a bucket over from another machine, or from this one before its state was lost.")
    var takeOver = false

    @Option(help: "How long replaced and deleted files are kept in .obsync/history, such as 90d, 12w or 36h.")
    var history = "90d"

    @Option(help: "How much room they may take, such as 500MB or 20GB; without it as much as there is.")
    var historyMax: String?

    /// Tells a run what was said of its place.
    ///
    /// - Throws: `InvalidInput` for what is no duration or size.
    func apply(to run: inout LocalRun) throws(SyncError) {
        run.adopts = adopt
        run.takesOver = takeOver
        run.history = try historyLimits()
    }

    /// How long what was set aside is kept.
    ///
    /// - Throws: `InvalidInput` for what is no duration or size.
    private func historyLimits() throws(SyncError) -> HistoryLimits {
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
}
