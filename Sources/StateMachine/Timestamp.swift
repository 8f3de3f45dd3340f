/// A point in time, to the nanosecond, as RFC 3339 writes it.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    package let secondsSinceEpoch: Int64
    /// The part of a second, 0 to 999,999,999.
    package let nanoseconds: Int64

    /// Makes a point in time.
    ///
    /// - Parameters:
    ///   - secondsSinceEpoch: Seconds since 1970-01-01T00:00:00Z.
    ///   - nanoseconds: The part of a second, 0 to 999,999,999.
    package init(secondsSinceEpoch: Int64, nanoseconds: Int64 = 0) {
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanoseconds = nanoseconds
    }

    /// Reads `2016-03-14T01:59:00Z`, with a fraction of any length and an offset instead of the `Z`.
    ///
    /// The `T` and the `Z` must be capital, as the Amazon States Language asks.
    ///
    /// - Parameter text: The text; `nil` comes back when it is anything else.
    package init?(_ text: String) {
        var scanner = TextScanner(text)
        guard let year = scanner.digits(4), scanner.consume("-"), let month = scanner.digits(2), scanner.consume("-"),
            let day = scanner.digits(2), scanner.consume("T"), let hour = scanner.digits(2), scanner.consume(":"),
            let minute = scanner.digits(2), scanner.consume(":"), let second = scanner.digits(2),
            (1...12).contains(month), (1...Self.days(inMonth: month, year: year)).contains(day), hour < 24,
            minute < 60, second < 60
        else { return nil }
        var nanoseconds: Int64 = 0
        if scanner.consume(".") {
            guard let fraction = scanner.fraction() else { return nil }
            nanoseconds = fraction
        }
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        self.init(
            secondsSinceEpoch: days * 86400 + hour * 3600 + minute * 60 + second - offset,
            nanoseconds: nanoseconds
        )
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.secondsSinceEpoch, left.nanoseconds) < (right.secondsSinceEpoch, right.nanoseconds)
    }

    /// The time in UTC with milliseconds: `2016-03-14T01:59:00.000Z`.
    package var description: String {
        let (days, rest) = Self.floorDivision(secondsSinceEpoch, 86400)
        let (year, month, day) = Self.date(days: days)
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time = "\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))"
        return "\(date)T\(time).\(padded(nanoseconds / 1_000_000, 3))Z"
    }

    /// The time that is left from `earlier` until this one; negative when it comes later.
    package func duration(since earlier: Timestamp) -> Duration {
        .seconds(secondsSinceEpoch - earlier.secondsSinceEpoch) + .nanoseconds(nanoseconds - earlier.nanoseconds)
    }

    /// This time moved by a duration.
    package func advanced(by duration: Duration) -> Timestamp {
        let parts = duration.components
        let total = nanoseconds + parts.attoseconds / 1_000_000_000
        let (carry, rest) = Self.floorDivision(total, 1_000_000_000)
        return Timestamp(secondsSinceEpoch: secondsSinceEpoch + parts.seconds + carry, nanoseconds: rest)
    }

    private static func floorDivision(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
        let rest = ((value % divisor) + divisor) % divisor
        return ((value - rest) / divisor, rest)
    }

    private static func days(inMonth month: Int64, year: Int64) -> Int64 {
        let next = month == 12 ? days(year: year + 1, month: 1, day: 1) : days(year: year, month: month + 1, day: 1)
        return next - days(year: year, month: month, day: 1)
    }

    /// Days since 1970-01-01 in the Gregorian calendar, counting years from March so that the leap day comes last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivision(shifted, 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(days: Int64) -> (Int64, Int64, Int64) {
        let (era, dayOfEra) = floorDivision(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension TextScanner {
    fileprivate mutating func digits(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private mutating func digit() -> Int64? {
        guard let scalar = peek, ("0"..."9").contains(scalar) else { return nil }
        advance()
        return Int64(scalar.value - 0x30)
    }

    fileprivate mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            if count < 9 { value = value * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 9)..<9 { value *= 10 }
        return value
    }

    fileprivate mutating func offset() -> Int64? {
        if consume("Z") { return 0 }
        let sign: Int64 = peek == "-" ? -1 : 1
        guard consume("+") || consume("-"), let hour = digits(2), consume(":"), let minute = digits(2), hour < 24,
            minute < 60
        else { return nil }
        return sign * (hour * 3600 + minute * 60)
    }
}
