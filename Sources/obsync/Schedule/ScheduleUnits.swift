import Foundation
import SyncCore

/// The unit files, or the line for cron, that run a mirror on a schedule. They hold settings and no secret.
struct ScheduleUnits {
    /// The full path of the program.
    let program: String
    /// What it is given: `sync --dest …`.
    let arguments: [String]
    /// The mirror's folder or bucket, by which the units are named.
    let place: String
    let plan: SchedulePlan
    var purpose = Purpose.mirror

    /// What is done on the schedule.
    enum Purpose: CaseIterable {
        case mirror
        /// A share of the mirror is read every day.
        case verify

        fileprivate var suffix: String { self == .mirror ? "" : "-verify" }
        fileprivate var words: String { self == .mirror ? "mirrors into" : "verifies" }
    }

    /// The name that units of a mirror have: the same for the same place, another for another.
    static func name(place: String, _ purpose: Purpose = .mirror) -> String {
        // FNV-1a, 64 bits: a mark, not a protection.
        let mark = place.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let last = URL(filePath: place).lastPathComponent.unicodeScalars
        let word = String(String.UnicodeScalarView(last.filter { $0.isASCII && $0.properties.isAlphabetic }.prefix(20)))
        return
            "obsync-\(word.isEmpty ? "mirror" : word.lowercased())-\(String(mark, radix: 16).suffix(6))\(purpose.suffix)"
    }

    var name: String { Self.name(place: place, purpose) }

    /// The units that read another thirtieth of the mirror every day, two hours after it was mirrored.
    ///
    /// - Parameter naming: the options that name the mirror.
    /// - Returns: the units.
    func verifying(_ naming: [String]) -> ScheduleUnits {
        var units = ScheduleUnits(
            program: program,
            arguments: ["verify"] + naming + ["--part", "today/30"],
            place: place,
            plan: plan.dailyLater
        )
        units.purpose = .verify
        return units
    }

    var service: String {
        """
        # Written by obsync schedule install. It holds no secrets.
        [Unit]
        Description=Obsync \(purpose.words) \(place.unitText)
        Documentation=man:obsync(1)

        [Service]
        Type=oneshot
        ExecStart=\(([program] + arguments).map(\.unitWord).joined(separator: " "))
        # A run that is stopped notes how far it came, within ten seconds.
        TimeoutStopSec=30
        SuccessExitStatus=130 143
        Nice=10
        IOSchedulingClass=idle
        NoNewPrivileges=true

        """
    }

    var timer: String {
        """
        # Written by obsync schedule install.
        [Unit]
        Description=Obsync \(purpose.words) \(place.unitText) \(plan.words)

        [Timer]
        \(plan.timerLines.joined(separator: "\n"))
        # A few minutes of chance, so that not everybody asks the provider at once.
        RandomizedDelaySec=5min

        [Install]
        WantedBy=timers.target

        """
    }

    /// The line for cron, with the same chance of up to five minutes.
    ///
    /// - Throws: `InvalidInput` for a rhythm that cron cannot keep.
    func cronLine() throws(SyncError) -> String {
        let command = ([program] + arguments).map(\.shellQuoted).joined(separator: " ")
        // In a crontab a percent sign ends the command.
        let line = "sleep $(( $$ \u{25} 300 )); \(command)".replacing("%", with: "\\%")
        return "\(try plan.cronTime()) \(line) # \(name)"
    }
}

extension String {
    /// As a unit file has it in a text: percent signs are specifiers.
    fileprivate var unitText: String { printable.replacing("%", with: "%%") }

    /// As one word of `ExecStart`.
    fileprivate var unitWord: String {
        let text = replacing("%", with: "%%").replacing("$", with: "$$")
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || "0123456789_-./:@%+=,~$".unicodeScalars.contains(scalar))
            }
        if isPlain { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
