import Foundation
import SyncCore

/// Puts a schedule in place, with systemd where there is one for the user, and otherwise with cron.
struct ScheduleInstaller {
    /// Where unit files of the user lie.
    let unitFolder: String
    /// Runs a program, with a text for its standard input.
    let run:
        @Sendable (_ program: String, _ arguments: [String], _ input: String?) throws -> (status: Int32, output: String)

    /// With the programs of this machine.
    static func live(_ environment: [String: String]) -> ScheduleInstaller {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
        return ScheduleInstaller(unitFolder: base + "/systemd/user") { program, arguments, input in
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [program] + arguments
            let (output, given) = (Pipe(), Pipe())
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            process.standardInput = input == nil ? FileHandle.nullDevice : given
            try process.run()
            if let input {
                try? given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                try? given.fileHandleForWriting.close()
            }
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text)
        }
    }

    private func succeeds(_ program: String, _ arguments: [String], input: String? = nil) -> Bool {
        ((try? run(program, arguments, input))?.status ?? 127) == 0
    }

    /// Whether systemd runs services of this user.
    private var hasSystemd: Bool { succeeds("systemctl", ["--user", "show-environment"]) }

    /// Writes the schedule and starts it.
    ///
    /// - Returns: what was done, a sentence each.
    /// - Throws: `InvalidConfiguration` where neither systemd nor cron can be used, or nothing can be written.
    func install(_ units: ScheduleUnits) throws -> [String] {
        if hasSystemd { return try installTimer(units) }
        guard let table = crontab else {
            throw SyncError(
                .invalidConfiguration,
                "this user has neither systemd nor cron here; let whatever starts programs run: "
                    + ([units.program] + units.arguments).map(\.shellQuoted).joined(separator: " ")
            )
        }
        let lines = table.filter { !$0.hasSuffix("# \(units.name)") } + [try units.cronLine()]
        guard succeeds("crontab", ["-"], input: lines.joined(separator: "\n") + "\n") else {
            throw Self.refused("crontab")
        }
        return ["cron runs it \(units.plan.words); what it misses while the machine sleeps is not caught up"]
    }

    private func installTimer(_ units: ScheduleUnits) throws -> [String] {
        try write(units)
        let timer = units.name + ".timer"
        guard succeeds("systemctl", ["--user", "daemon-reload"]),
            succeeds("systemctl", ["--user", "enable", "--now", timer])
        else { throw Self.refused("systemctl") }
        let lingers = succeeds("loginctl", ["enable-linger"])
        return [
            "\(timer) runs it \(units.plan.words)",
            lingers
                ? "it also runs while you are not logged in"
                : "it runs only while you are logged in; an administrator can change that: loginctl enable-linger USER",
        ]
    }

    /// Writes the unit files.
    ///
    /// - Throws: `InvalidConfiguration` naming the folder.
    func write(_ units: ScheduleUnits) throws {
        do {
            try FileManager.default.createDirectory(atPath: unitFolder, withIntermediateDirectories: true)
            for (kind, text) in [("service", units.service), ("timer", units.timer)] {
                try Data(text.utf8).write(to: URL(filePath: "\(unitFolder)/\(units.name).\(kind)"), options: .atomic)
            }
        } catch {
            throw SyncError(.invalidConfiguration, "nothing can be written to \(unitFolder); check its permissions")
        }
    }

    /// Stops a schedule and removes it.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `InvalidConfiguration`.
    func remove(_ name: String) throws -> Bool {
        var wasThere = false
        if FileManager.default.fileExists(atPath: "\(unitFolder)/\(name).timer") {
            wasThere = true
            _ = succeeds("systemctl", ["--user", "disable", "--now", name + ".timer"])
            for kind in ["timer", "service"] { unlink("\(unitFolder)/\(name).\(kind)") }
            _ = succeeds("systemctl", ["--user", "daemon-reload"])
        }
        if let table = crontab, table.contains(where: { $0.hasSuffix("# \(name)") }) {
            wasThere = true
            let lines = table.filter { !$0.hasSuffix("# \(name)") }
            let text = lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
            guard succeeds("crontab", ["-"], input: text) else { throw Self.refused("crontab") }
        }
        return wasThere
    }

    /// How a schedule stands, a sentence each; nothing where there is none.
    func status(_ name: String) -> [String] {
        var lines: [String] = []
        if let text = try? String(contentsOfFile: "\(unitFolder)/\(name).timer", encoding: .utf8) {
            let when = text.split(separator: "\n").filter { $0.hasPrefix("On") }.joined(separator: ", ")
            lines.append("\(name).timer: \(when)")
            let properties = ["ActiveState", "LastTriggerUSec", "NextElapseUSecRealtime"].flatMap { ["-p", $0] }
            if let answer = try? run("systemctl", ["--user", "show", name + ".timer"] + properties, nil),
                answer.status == 0
            {
                lines += answer.output.split(separator: "\n").map { "  \($0)" }
            } else {
                lines.append("  systemd does not answer, so it is not known whether the timer runs")
            }
        }
        lines += (crontab ?? []).filter { $0.hasSuffix("# \(name)") }.map { "cron: \($0)" }
        return lines
    }

    /// The lines of the user's crontab; nil where there is no cron. An empty table is answered with an error.
    private var crontab: [String]? {
        guard let answer = try? run("crontab", ["-l"], nil), answer.status != 127 else { return nil }
        return answer.status == 0 ? answer.output.split(separator: "\n").map(String.init) : []
    }

    private static func refused(_ program: String) -> SyncError {
        SyncError(
            .invalidConfiguration,
            "\(program) refuses the schedule; look at what it says when it is called by hand"
        )
    }
}
