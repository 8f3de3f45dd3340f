import ArgumentParser
import Foundation
import SyncCore

/// `obsync settings`
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Show every setting of this command line: its value, and where that comes from.",
        discussion: """
            An option goes before the environment, and that before the default. With options of obsync sync it shows what a run \
            with them would go by.
            """
    )

    @Flag(help: ArgumentHelp("Print docs/settings.md.", visibility: .hidden))
    var markdown = false

    @Flag(help: "Print all settings of the command line and of the functions, and the names of all metrics, as JSON.")
    var json = false

    @OptionGroup var settings: SettingOptions

    func run() throws {
        if json { return StandardStreams.output(try SettingsLists().text) }
        if markdown { return StandardStreams.output(String(SettingsDocument.text.dropLast())) }
        let said = try settings.said
        let reader = SettingReader(try settings.applied(to: ProcessInfo.processInfo.environment))
        var table = TextTable(["VARIABLE", "OPTION", "FROM", "VALUE"])
        for setting in Setting.all where setting.readers.contains(.commandLine) {
            let value = try reader.text(setting)
            table.add([
                setting.variable, setting.option ?? "-",
                value == nil ? "default" : said[setting.variable] == nil ? "environment" : "option",
                setting.isHidden && value != nil ? "(not shown)" : (value ?? setting.usual).printable,
            ])
        }
        // A line that goes on in the next one is better than a name that is cut.
        for line in table.lines() { StandardStreams.output(line) }
    }
}

/// `docs/settings.md`, made from the list.
enum SettingsDocument {
    /// The document.
    static var text: String {
        var lines = [
            "# Settings",
            "",
            "Made from the list in the code by `make settings`. An option goes before the environment variable, and that before the "
                + "default.",
            "",
            "| variable | option | parameter of the stack | values | default | who goes by it | what it decides |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += Setting.all.map(row)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ setting: Setting) -> String {
        let readers = Setting.Reader.allCases.filter { setting.readers.contains($0) }
        let functions: [Setting.Reader] = [.authenticator, .lister, .downloader]
        let isEverybody = readers == Setting.Reader.allCases
        let who =
            isEverybody ? "all" : readers == functions ? "functions" : readers.map(\.rawValue).joined(separator: ", ")
        let cells = [
            "`\(setting.variable)`", setting.option.map { "`\($0)`" } ?? "", setting.parameter.map { "`\($0)`" } ?? "",
            setting.bounds ?? "", setting.usual, who, setting.sentence,
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }
}

/// What `obsync settings --json` prints: what may be set, and what is measured.
struct SettingsLists: Encodable {
    /// One setting.
    struct Item: Encodable {
        var variable: String
        var option: String?
        var parameter: String?
        var readers: [String]
        /// What holds where nobody says anything, in words.
        var usual: String
        /// What values there are, where they are listed.
        var choices: [String]?
        var bounds: Bounds?
        var sentence: String
    }

    /// The least and the most that a number may be.
    struct Bounds: Encodable {
        var least: Double
        var most: Double
    }

    var settings = Setting.all.map(Item.init)
    var metrics = MetricName.allCases.map(\.rawValue)

    /// The lists as JSON, the same for the same code.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

extension SettingsLists.Item {
    init(_ setting: Setting) {
        variable = setting.variable
        (option, parameter, usual, sentence) = (setting.option, setting.parameter, setting.usual, setting.sentence)
        readers = Setting.Reader.allCases.filter(setting.readers.contains).map(\.rawValue)
        switch setting.form {
        case .text: break
        case .integer(let range): bounds = .init(least: Double(range.lowerBound), most: Double(range.upperBound))
        case .number(let range): bounds = .init(least: range.lowerBound, most: range.upperBound)
        case .choice(let values): choices = values
        case .flag: choices = ["false", "true"]
        }
    }
}
