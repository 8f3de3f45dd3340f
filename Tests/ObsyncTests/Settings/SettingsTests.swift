import ArgumentParser
import Foundation
import Listing
import SyncCore
import TestSupport
import Testing

@testable import obsync

@Suite("the list of settings")
struct SettingsTests {
    private static var root: URL {
        (1...4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test("the document is current; make settings writes it")
    func document() throws {
        #expect(try Self.text("docs/settings.md") == SettingsDocument.text)
    }

    @Test("variables, options and parameters are named once, and every option is one of obsync sync")
    func unique() throws {
        let variables = Setting.all.map(\.variable)
        let options = Setting.all.compactMap(\.option)
        let parameters = Setting.all.compactMap(\.parameter)
        for names in [variables, options, parameters] { #expect(Set(names).count == names.count) }
        let help = SyncCommand.helpMessage()
        for option in options { #expect(help.contains(option + " "), "\(option)") }
    }

    @Test("the template sets what the list says, with its bounds and defaults")
    func template() throws {
        let template = try Self.text("infra/template.yaml")
        let block = try #require(template.firstMatch(of: /(?m)^      Variables:\n((?:        .*\n)+)/))
        var handed: [String: String] = [:]
        for line in block.1.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            handed[parts[0].trimmingCharacters(in: .whitespaces)] = String(parts[1])
        }
        let known = Set(Setting.all.map(\.variable))
        #expect(Set(handed.keys).subtracting(known) == [])
        for setting in Setting.all {
            guard let parameter = setting.parameter else { continue }
            let value = try #require(handed[setting.variable], "\(setting.variable)")
            #expect(value.contains("!Ref \(parameter)"), "\(setting.variable)")
            let fields = try #require(
                template.firstMatch(
                    of: try Regex("(?m)^  \(parameter):\n((?:    .*\n)+)", as: (Substring, Substring).self)
                )
            )
            for problem in setting.contradictions(String(fields.1)) { Issue.record("\(parameter): \(problem)") }
        }
    }

    @Test("the command shows each value with where it comes from")
    func origins() async throws {
        let shown = try await ObsyncProcess.run(
            ["settings", "--deletions", "keep"],
            environment: ["DELETION_POLICY": "mirror", "DELETION_BRAKE_PERCENT": "7", "OBSIDIAN_PASSWORD": "hush"]
        )
        #expect(!shown.output.contains("hush") && shown.output.contains("(not shown)"))
        let rows = shown.lines.map { $0.split(separator: " ").map(String.init) }
        #expect(rows.contains(["DELETION_POLICY", "--deletions", "option", "keep"]), "\(shown.output)\(shown.error)")
        #expect(rows.contains(["DELETION_BRAKE_PERCENT", "--brake-percent", "environment", "7"]))
        #expect(rows.contains(["DELETION_BRAKE_FILES", "--brake-files", "default", "10"]))
    }

    @Test("an option goes before the variable, and that before the default; a wrong value names the option")
    func order() throws {
        let environment = ["DELETION_POLICY": "mirror", "DELETION_BRAKE_PERCENT": "7"]
        let options = try SettingOptions.parse(["--deletions", "keep", "--concurrency", "2"])
        var settings = ListSettings()
        try settings.take(SettingReader(try options.applied(to: environment)))
        #expect(settings.deletions == .keep && settings.brake.share == 0.07 && settings.brake.fewest == 10)
        #expect(settings.maxConcurrent == 2)
        for (option, value) in [("--deletions", "both"), ("--brake-percent", "101"), ("--concurrency", "0")] {
            let wrong = try SettingOptions.parse([option, value])
            let error = #expect(throws: SyncError.self) { try wrong.applied(to: [:]) }
            #expect(error?.name == .invalidInput && error?.message.contains(option) == true)
        }
    }
}

extension Setting {
    /// Where the parameter of a template says something else: its bounds may be narrower, and 0 may stand for no value.
    fileprivate func contradictions(_ fields: String) -> [String] {
        func field(_ name: String) -> String? {
            fields.split(separator: "\n").first { $0.hasPrefix("    \(name):") }.map { line in
                line.split(separator: ":", maxSplits: 1)[1].trimmingCharacters(in: [" ", "\""])
            }
        }
        var problems: [String] = []
        if case .integer(let range) = form {
            for (name, isWithin) in [
                ("MinValue", { $0 >= range.lowerBound || $0 == 0 }), ("MaxValue", { $0 <= range.upperBound }),
            ]
                as [(String, (Int) -> Bool)]
            {
                if let text = field(name), let value = Int(text), !isWithin(value) {
                    problems.append("\(name) \(value)")
                }
            }
        }
        if case .choice(let values) = form, let text = field("AllowedValues") {
            let allowed = text.trimmingCharacters(in: ["[", "]"]).split(separator: ",").map {
                $0.trimmingCharacters(in: [" ", "\""])
            }
            if Set(allowed) != Set(values) { problems.append("AllowedValues \(text)") }
        }
        // A default in words speaks for itself, and of a deployment it may be another.
        if let text = field("Default"), !text.isEmpty, objection(to: usual) == nil, usual != text, form != .text {
            problems.append("Default \(text) instead of \(usual)")
        }
        return problems
    }
}
