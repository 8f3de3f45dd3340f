import Backup
import Clocks
import Foundation
import SyncCore
import Testing

@Suite("A point in time as people write it")
struct PointInTimeTests {
    /// 2026-11-21T04:30:00Z, read by somebody in Berlin, an hour ahead.
    private static let now = Timestamp(milliseconds: 1_795_235_400_000)

    private static func read(_ text: String) throws -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let moment = try PointInTime(calendar: calendar, now: now)(text)
        return moment.iso8601 + (moment.milliseconds % 1000 == 0 ? "" : ".\(moment.milliseconds % 1000)")
    }

    @Test(
        "every documented form is understood",
        arguments: [
            ("now", "2026-11-21T04:30:00Z"),
            ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
            ("2026-11-20t10:00:00z", "2026-11-20T10:00:00Z"),
            ("2026-11-20T10:00:00+05:30", "2026-11-20T04:30:00Z"),
            ("2026-11-20T10:00-0100", "2026-11-20T11:00:00Z"),
            ("2026-11-20 10:00", "2026-11-20T09:00:00Z"),
            ("2026-11-20 10:00:07", "2026-11-20T09:00:07Z"),
            ("2026-07-01 10:00", "2026-07-01T08:00:00Z"),
            ("2026-11-19", "2026-11-19T22:59:59Z.999"),
            ("yesterday", "2026-11-20T22:59:59Z.999"),
            ("today", "2026-11-21T04:30:00Z"),
            ("2026-11-21", "2026-11-21T04:30:00Z"),
            ("3 days ago", "2026-11-18T04:30:00Z"),
            ("1 week ago", "2026-11-14T04:30:00Z"),
            ("an hour ago", "2026-11-21T03:30:00Z"),
            ("90 minutes ago", "2026-11-21T03:00:00Z"),
            ("2 Months Ago", "2026-09-21T03:30:00Z"),
            ("a year ago", "2025-11-21T04:30:00Z"),
        ]
    )
    func understood(text: String, moment: String) throws {
        #expect(try Self.read(text) == moment)
    }

    @Test(
        "anything else is refused with the forms that are understood",
        arguments: [
            "", "soon", "3 days", "3 fortnights ago", "-3 days ago", "2026-02-30", "2026-13-01", "2026-11-20T25:00:00Z",
            "2026-11-20T10:61", "2026-11-20T10:00:00+99:00", "20261120", "2026-11-20T10:00:00Zulu",
            "99999999999 days ago",
        ]
    )
    func refused(text: String) {
        let error = #expect(throws: SyncError.self) { try Self.read(text) }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("3 days ago") == true)
    }

    @Test("the future is refused", arguments: ["2026-11-21T04:30:01Z", "2026-11-22", "2027-01-01 00:00"])
    func future(text: String) {
        let error = #expect(throws: SyncError.self) { try Self.read(text) }
        #expect(error?.message.contains("future") == true)
    }
}
