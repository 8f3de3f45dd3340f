/// A day of the Gregorian calendar, counted from 1970-01-01.
struct SampleDay {
    private static let weekdayNames = [
        "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
    ]
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// Days since 1970-01-01.
    let number: Int

    /// Noon, in milliseconds since 1970.
    var noon: Int64 { Int64(number) * 86_400_000 + 43_200_000 }

    var weekday: String { Self.weekdayNames[number % 7] }

    /// `2024-03-05`
    var iso: String {
        let (year, month, day) = parts
        return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }

    /// `5 March 2024`
    var long: String {
        let (year, month, day) = parts
        return "\(day) \(Self.monthNames[month - 1]) \(year)"
    }

    var year: Int { parts.year }

    private var parts: (year: Int, month: Int, day: Int) {
        var year = 1970
        var left = number
        while left >= Self.days(inYear: year) {
            left -= Self.days(inYear: year)
            year += 1
        }
        var month = 1
        while left >= Self.days(inMonth: month, year: year) {
            left -= Self.days(inMonth: month, year: year)
            month += 1
        }
        return (year, month, left + 1)
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(inYear year: Int) -> Int { isLeap(year) ? 366 : 365 }

    private static func days(inMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
