import SyncCore

/// When a mirror runs.
struct SchedulePlan: Hashable, Sendable {
    /// Once a day, or again and again.
    enum Rhythm: Hashable, Sendable {
        case daily(hour: Int, minute: Int)
        case every(minutes: Int)
    }

    let rhythm: Rhythm

    /// Reads `--daily 03:15` or `--every 6h`.
    ///
    /// - Throws: `InvalidInput` for anything else, and for both or none.
    init(daily: String?, every: String?) throws(SyncError) {
        switch (daily, every) {
        case (let text?, nil):
            guard let match = text.wholeMatch(of: /([0-9]{1,2}):([0-9]{2})/), let hour = Int(match.1), hour < 24,
                let minute = Int(match.2), minute < 60
            else { throw SyncError(.invalidInput, "--daily takes a time of the day, such as 03:15") }
            rhythm = .daily(hour: hour, minute: minute)
        case (nil, let text?):
            guard let duration = Duration(text: text) else {
                throw SyncError(.invalidInput, "--every takes a number with m, h or d behind it, such as 6h")
            }
            let minutes = Int(duration.components.seconds / 60)
            guard (5...7 * 1440).contains(minutes), duration.components.seconds.isMultiple(of: 60) else {
                throw SyncError(.invalidInput, "--every takes from 5 minutes to 7 days")
            }
            rhythm = minutes == 1440 ? .daily(hour: 0, minute: 0) : .every(minutes: minutes)
        default:
            throw SyncError(.invalidInput, "say when: --daily 03:15, or --every 6h")
        }
    }

    private init(_ rhythm: Rhythm) {
        self.rhythm = rhythm
    }

    /// Once a day: two hours after a daily plan, or early in the morning.
    var dailyLater: SchedulePlan {
        switch rhythm {
        case .daily(let hour, let minute): SchedulePlan(.daily(hour: (hour + 2) % 24, minute: minute))
        case .every: SchedulePlan(.daily(hour: 4, minute: 45))
        }
    }

    /// How a systemd timer says it. What divides a day is said by the clock, so that a run that a sleeping machine has missed
    /// is caught up; `Persistent` does that for calendar times alone.
    var timerLines: [String] {
        switch rhythm {
        case .daily(let hour, let minute):
            ["OnCalendar=*-*-* \(hour.twoDigits):\(minute.twoDigits):00"] + Self.catchingUp
        case .every(let minutes) where minutes < 60 && 60.isMultiple(of: minutes):
            ["OnCalendar=*-*-* *:00/\(minutes):00"] + Self.catchingUp
        case .every(let minutes) where minutes.isMultiple(of: 60) && 24.isMultiple(of: minutes / 60):
            ["OnCalendar=*-*-* 00/\(minutes / 60):00:00"] + Self.catchingUp
        case .every(let minutes):
            [
                "# What divides no hour and no day is counted while the machine is awake.", "OnBootSec=5min",
                "OnUnitInactiveSec=\(minutes)min",
            ]
        }
    }

    private static let catchingUp = ["# What was missed while the machine slept is caught up.", "Persistent=true"]

    /// How cron says it.
    ///
    /// - Throws: `InvalidInput` for a rhythm that cron cannot keep.
    func cronTime() throws(SyncError) -> String {
        switch rhythm {
        case .daily(let hour, let minute): return "\(minute) \(hour) * * *"
        case .every(let minutes) where minutes < 60 && 60.isMultiple(of: minutes): return "*/\(minutes) * * * *"
        case .every(let minutes) where minutes.isMultiple(of: 60) && 24.isMultiple(of: minutes / 60):
            return "0 */\(minutes / 60) * * *"
        default:
            throw SyncError(.invalidInput, "cron cannot run every so often; take a time that divides an hour or a day")
        }
    }

    /// In words.
    var words: String {
        switch rhythm {
        case .daily(let hour, let minute): "every day at \(hour.twoDigits):\(minute.twoDigits)"
        case .every(let minutes) where minutes.isMultiple(of: 1440): "every \((minutes / 1440).counted("day"))"
        case .every(let minutes) where minutes.isMultiple(of: 60): "every \((minutes / 60).counted("hour"))"
        case .every(let minutes): "every \(minutes.counted("minute"))"
        }
    }
}

extension Int {
    fileprivate var twoDigits: String { self < 10 ? "0\(self)" : "\(self)" }
}
