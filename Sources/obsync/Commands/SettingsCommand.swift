import ArgumentParser
import Foundation
import SyncCore

/// `obsync settings`
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Show every setting of this command line: its value, and where that comes from.",
        discussion: "An option goes before the environment, and that before the default."
    )

    @Flag(help: ArgumentHelp("Print docs/settings.md.", visibility: .hidden))
    var markdown = false

    func run() throws {
        if markdown { return StandardStreams.output(String(SettingsDocument.text.dropLast())) }
        let environment = ProcessInfo.processInfo.environment
        let reader = SettingReader(environment)
        var table = TextTable(["VARIABLE", "OPTION", "VALUE", "FROM"])
        for setting in Setting.all where setting.readers.contains(.commandLine) {
            let value = try reader.text(setting)
            table.add([
                setting.variable, setting.option ?? "-", (value ?? setting.usual).printable,
                value == nil ? "default" : "environment",
            ])
        }
        for line in table.lines(width: StandardStreams.outputWidth) { StandardStreams.output(line) }
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
