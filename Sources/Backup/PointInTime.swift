package import Clocks
package import FoundationEssentials
package import SyncCore

/// A moment as people write it on a command line.
///
///     2026-11-21T04:30:00Z       an instant; an offset such as +02:00 does as well
///     2026-11-21 04:30           local time; seconds may follow, with a fraction
///     2026-11-21                 the end of that day, local time
///     3 days ago, an hour ago    counted back from now; minutes, hours, days, weeks, months, years
///     yesterday                  the end of yesterday, local time
///     now
package struct PointInTime: Sendable {
    private let calendar: Calendar
    private let now: Timestamp

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - calendar: the calendar and time zone of whoever asks.
    ///   - now: the present.
    package init(calendar: Calendar, now: Timestamp) {
        self.calendar = calendar
        self.now = now
    }

    /// Reads a moment.
    ///
    /// - Throws: `InvalidInput` with the forms that are understood, or when the moment lies in the future.
    package func callAsFunction(_ text: String) throws(SyncError) -> Timestamp {
        let words = text.lowercased().split(whereSeparator: { $0 == " " || $0 == "_" }).map(String.init)
        guard let moment = relative(words) ?? absolute(text) else {
            throw SyncError(
                .invalidInput,
                "'\(text)' is no time; write an instant such as 2026-11-21T04:30:00Z, a date such as 2026-11-21, "
                    + "or '3 days ago'"
            )
        }
        guard moment.earliest <= now else {
            throw SyncError(.invalidInput, "the time '\(text)' lies in the future")
        }
        // Of today, only what has passed can be known.
        return min(moment.latest, now)
    }

    /// A moment, or a stretch of time of which the end is meant.
    private struct Stretch {
        var earliest: Timestamp
        var latest: Timestamp

        init(_ moment: Timestamp) {
            earliest = moment
            latest = moment
        }

        init(earliest: Timestamp, latest: Timestamp) {
            self.earliest = earliest
            self.latest = latest
        }
    }

    private func relative(_ words: [String]) -> Stretch? {
        if words == ["now"] { return Stretch(now) }
        if words == ["today"] { return day(of: now) }
        if words == ["yesterday"] { return moved(by: -1, .day).flatMap(day) }
        guard words.count == 3, words[2] == "ago", let unit = Self.unit(words[1]) else { return nil }
        let isOne = words[0] == "a" || words[0] == "an"
        guard let count = isOne ? 1 : Int(words[0]), (0...100_000).contains(count) else { return nil }
        return moved(by: -count * unit.count, unit.component).map(Stretch.init)
    }

    private static func unit(_ word: String) -> (component: Calendar.Component, count: Int)? {
        switch word.hasSuffix("s") ? String(word.dropLast()) : word {
        case "minute", "min": (.minute, 1)
        case "hour": (.hour, 1)
        case "day": (.day, 1)
        case "week": (.day, 7)
        case "month": (.month, 1)
        case "year": (.year, 1)
        default: nil
        }
    }

    private func moved(by count: Int, _ component: Calendar.Component) -> Timestamp? {
        calendar.date(byAdding: component, value: count, to: now.date).map(Timestamp.init(date:))
    }

    private func day(of moment: Timestamp) -> Stretch? {
        let start = calendar.startOfDay(for: moment.date)
        guard let next = calendar.date(byAdding: .day, value: 1, to: start) else { return nil }
        let last = Timestamp(date: next).advanced(by: .milliseconds(-1))
        return Stretch(earliest: Timestamp(date: start), latest: last)
    }
}

extension PointInTime {
    /// `yyyy-mm-dd`, alone or followed by `T` or a space, `hh:mm[:ss]`, and `Z` or an offset.
    private func absolute(_ text: String) -> Stretch? {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2)
        else { return nil }
        var parts = DateComponents(year: year, month: month, day: day)
        if reader.isAtEnd { return moment(parts, calendar).flatMap(self.day) }
        guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.number(2), reader.take(":"),
            let minute = reader.number(2)
        else { return nil }
        parts.hour = hour
        parts.minute = minute
        parts.second = 0
        if reader.take(":") {
            guard let second = reader.number(2) else { return nil }
            parts.second = second
        }
        let fraction: Duration = .milliseconds(reader.take(".") ? reader.thousandths() : 0)
        var calendar = calendar
        if !reader.isAtEnd {
            guard let zone = zone(&reader), reader.isAtEnd else { return nil }
            calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
        }
        return moment(parts, calendar).map { Stretch($0.advanced(by: fraction)) }
    }

    private func zone(_ reader: inout DigitReader) -> TimeZone? {
        if reader.take("Z") || reader.take("z") { return TimeZone(secondsFromGMT: 0) }
        let sign = reader.take("+") ? 1 : reader.take("-") ? -1 : 0
        guard sign != 0, let hours = reader.number(2) else { return nil }
        _ = reader.take(":")
        guard let minutes = reader.number(2), hours <= 14, minutes < 60 else { return nil }
        return TimeZone(secondsFromGMT: sign * (hours * 3600 + minutes * 60))
    }

    private func moment(_ parts: DateComponents, _ calendar: Calendar) -> Timestamp? {
        guard let date = calendar.date(from: parts) else { return nil }
        // The 30th of February is no day, though a calendar counts on from it.
        let found = calendar.dateComponents([.year, .month, .day], from: date)
        guard found.year == parts.year, found.month == parts.month, found.day == parts.day,
            (parts.hour ?? 0) < 24, (parts.minute ?? 0) < 60, (parts.second ?? 0) < 60
        else { return nil }
        return Timestamp(date: date)
    }
}

/// Reads numbers of a fixed count of digits, and single characters between them.
private struct DigitReader {
    private var rest: Substring

    init(_ text: String) {
        rest = text[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    /// Digits after the point of a second, as many as there are.
    mutating func thousandths() -> Int {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return Int((digits + "000").prefix(3)) ?? 0
    }

    mutating func number(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        else { return nil }
        rest = rest.dropFirst(count)
        return Int(digits)
    }
}

extension Timestamp {
    fileprivate init(date: Date) {
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    fileprivate var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
