/// Moments as the protocol spells them; seconds since 1970.
enum S3Date {
    /// `20150830T123600Z`; nil for anything else.
    static func parseBasic(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let year = number(bytes[0..<4]), let month = number(bytes[4..<6]), let day = number(bytes[6..<8]),
            let hour = number(bytes[9..<11]), let minute = number(bytes[11..<13]), let second = number(bytes[13..<15]),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        return daysSinceEpoch(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    /// `2026-02-06T20:13:02.000Z`
    static func iso8601(_ seconds: Int64) -> String {
        let (year, month, day) = civil(seconds)
        return "\(year)-\(two(month))-\(two(day))T\(time(seconds)).000Z"
    }

    /// `Fri, 06 Feb 2026 20:13:02 GMT`
    static func http(_ seconds: Int64) -> String {
        let (year, month, day) = civil(seconds)
        let days = floorDivision(seconds, 86_400)
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days - floorDivision(days, 7) * 7)]
        let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][Int(month - 1)]
        return "\(weekday), \(two(day)) \(name) \(year) \(time(seconds)) GMT"
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        Int64(String(decoding: digits, as: UTF8.self))
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func time(_ seconds: Int64) -> String {
        let rest = seconds - floorDivision(seconds, 86_400) * 86_400
        return "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
    }

    private static func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value < 0 && quotient * divisor != value ? quotient - 1 : quotient
    }

    /// Counts years from March on, so that the leap day is the last of a year.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let yearDays = shifted * 365 + floorDivision(shifted, 4) - floorDivision(shifted, 100)
        let leapDays = floorDivision(shifted, 400)
        let monthDays = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
        return yearDays + leapDays + monthDays + day - 1 - 719_468
    }

    private static func civil(_ seconds: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = floorDivision(seconds, 86_400)
        // The year is guessed and put right, which is shorter than the exact formula.
        var year = 1970 + floorDivision(days, 366)
        while daysSinceEpoch(year: year + 1, month: 1, day: 1) <= days { year += 1 }
        var month: Int64 = 1
        while month < 12, daysSinceEpoch(year: year, month: month + 1, day: 1) <= days { month += 1 }
        return (year, month, days - daysSinceEpoch(year: year, month: month, day: 1) + 1)
    }
}
