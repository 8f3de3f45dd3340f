package import NIOHTTP1

extension HTTPHeaders {
    private static let longestWait: Int64 = 3600

    /// How long `Retry-After` asks to wait, an hour at most: in seconds, or until a date. A date is compared with the date of
    /// the answer itself.
    package var retryAfter: Duration? { retryAfter(now: nil) }

    /// The same, for answers that do not say when they were made.
    ///
    /// - Parameter now: the seconds since 1970.
    /// - Returns: the wait; nil where nothing asks for one, or nobody can tell how long it is.
    package func retryAfter(now: Int64?) -> Duration? {
        guard let text = first(name: "Retry-After") else { return nil }
        // Whoever sends a fraction means it.
        if let seconds = Double(text), seconds.isFinite {
            return Self.wait(seconds.rounded(.up))
        }
        let made = first(name: "Date").flatMap(HTTPDate.seconds) ?? now
        guard let end = HTTPDate.seconds(text), let made else { return nil }
        return Self.wait(Double(end - made))
    }

    private static func wait(_ seconds: Double) -> Duration {
        .seconds(Int64(Swift.min(Swift.max(seconds, 0), Double(longestWait))))
    }
}

/// Dates of header fields: `Wed, 21 Oct 2026 07:28:07 GMT`. The two older notations are not read.
package enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The seconds since 1970; nil for what is no such date.
    package static func seconds(_ text: String) -> Int64? {
        let fields = text.split(separator: " ")
        guard fields.count == 6, fields[0].hasSuffix(","), fields[5] == "GMT",
            let month = months.firstIndex(of: String(fields[2])), let day = number(fields[1], in: 1...31),
            let year = number(fields[3], in: 1970...9999)
        else { return nil }
        let time = fields[4].split(separator: ":", omittingEmptySubsequences: false)
        guard time.count == 3, let hour = number(time[0], in: 0...23), let minute = number(time[1], in: 0...59),
            let second = number(time[2], in: 0...60)
        else { return nil }
        return days(year, Int64(month) + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    /// Days from 1970 to a date of the Gregorian calendar. Years are counted from March, so that a leap day comes last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month > 2 ? year : year - 1
        let month = month > 2 ? month - 3 : month + 9
        return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468
    }

    private static func number(_ text: Substring, in range: ClosedRange<Int64>) -> Int64? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(text).flatMap { range.contains($0) ? $0 : nil }
    }
}
