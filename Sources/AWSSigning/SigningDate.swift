/// A moment in the two spellings that signatures use, computed without any calendar library.
package struct SigningDate: Sendable, Equatable {
    /// `YYYYMMDD'T'HHMMSS'Z'`, 16 characters.
    package let timestamp: String
    /// `YYYYMMDD`, the day of ``timestamp``.
    package let day: String

    /// Makes a date.
    ///
    /// - Parameter unixSeconds: seconds since 1970-01-01T00:00:00Z; clamped to the years 1970 to 9999.
    package init(unixSeconds: Int64) {
        let seconds = min(max(unixSeconds, 0), 253_402_300_799)
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = Self.civil(daysSinceEpoch: Int(days))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        Self.append(date.year, digits: 4, to: &bytes)
        Self.append(date.month, digits: 2, to: &bytes)
        Self.append(date.day, digits: 2, to: &bytes)
        day = String(decoding: bytes, as: UTF8.self)
        bytes.append(UInt8(ascii: "T"))
        Self.append(Int(time / 3600), digits: 2, to: &bytes)
        Self.append(Int(time / 60 % 60), digits: 2, to: &bytes)
        Self.append(Int(time % 60), digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
        timestamp = String(decoding: bytes, as: UTF8.self)
    }

    /// Counts days in eras of 400 years that begin on 1 March, so that the leap day is the last of a year.
    private static func civil(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func append(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
