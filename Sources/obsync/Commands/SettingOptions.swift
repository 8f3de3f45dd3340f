import ArgumentParser
import SyncCore

/// The settings of `obsync sync` that the environment can say, too.
struct SettingOptions: ParsableArguments {
    @Flag(help: ArgumentHelp(Setting.shared.help))
    var shared = false

    @Option(help: ArgumentHelp(Setting.deletions.help))
    var deletions: String?

    @Option(help: ArgumentHelp(Setting.brakeFiles.help))
    var brakeFiles: String?

    @Option(help: ArgumentHelp(Setting.brakePercent.help))
    var brakePercent: String?

    @Option(help: ArgumentHelp(Setting.brakeMost.help))
    var brakeMost: String?

    @Option(help: ArgumentHelp(Setting.maxConcurrent.help))
    var concurrency: String?

    /// What the options say, by variable.
    ///
    /// - Throws: `InvalidInput` naming the option.
    var said: [String: String] {
        get throws(SyncError) {
            let options: [(Setting, String?)] = [
                (.deletions, deletions), (.brakeFiles, brakeFiles), (.brakePercent, brakePercent),
                (.brakeMost, brakeMost), (.maxConcurrent, concurrency), (.shared, shared ? "true" : nil),
            ]
            var said: [String: String] = [:]
            for case (let setting, let value?) in options {
                if let objection = setting.objection(to: value) {
                    throw SyncError(.invalidInput, "the option \(setting.option ?? setting.variable) \(objection)")
                }
                said[setting.variable] = value
            }
            return said
        }
    }

    /// The environment with what the options say in the place of what it says itself.
    ///
    /// - Throws: `InvalidInput` naming the option.
    func applied(to environment: [String: String]) throws(SyncError) -> [String: String] {
        environment.merging(try said) { $1 }
    }
}

extension Setting {
    /// What the help of an option says: the sentence, what holds otherwise, and the variable.
    var help: String {
        sentence + "." + (usual.isEmpty ? "" : " Otherwise \(variable), or \(usual).")
    }
}
