import Testing

@testable import StateMachine

@Suite("A timestamp")
struct TimestampTests {
    @Test(
        "is read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0), ("2016-03-14T01:59:00Z", 1_457_920_740, 0),
            ("2016-03-05T21:29:29.243167252Z", 1_457_213_369, 243_167_252),
            ("2000-02-29T12:00:00+01:30", 951_820_200, 0),
            ("1969-12-31T23:59:59.5Z", -1, 500_000_000), ("2024-12-31T23:59:59-02:00", 1_735_696_799, 0),
        ] as [(String, Int64, Int64)]
    )
    func reading(text: String, seconds: Int64, nanoseconds: Int64) {
        #expect(Timestamp(text) == Timestamp(secondsSinceEpoch: seconds, nanoseconds: nanoseconds))
    }

    @Test(
        "is refused",
        arguments: [
            "2016-13-05T21:29:29Z", "2016-12-05T25:29:29Z", "2016-12-05 21:29:29Z", "2016-12-05T21:29:29",
            "2023-02-29T00:00:00Z",
            "2016-12-05t21:29:29z", "2016-12-05T21:29:29.Z", "2016-12-05", "", "2016-12-05T21:29:29Zx",
            "2016-12-05T21:29:29+0100",
        ]
    )
    func refusals(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(
        "is printed with milliseconds",
        arguments: [
            "1970-01-01T00:00:00.000Z", "1999-12-31T23:59:59.123Z", "2024-02-29T00:00:00.000Z",
            "1900-03-01T10:00:00.000Z",
        ]
    )
    func printing(text: String) {
        #expect(Timestamp(text)?.description == text)
    }

    @Test("moves by durations and tells the distance")
    func arithmetic() throws {
        let start = try #require(Timestamp("2026-01-01T00:00:00.750Z"))
        let end = start.advanced(by: .milliseconds(1500))
        #expect(end.description == "2026-01-01T00:00:02.250Z")
        #expect(end.duration(since: start) == .milliseconds(1500))
        #expect(start.duration(since: end) == .milliseconds(-1500))
        #expect(end.advanced(by: .milliseconds(-1500)) == start)
        #expect(start < end)
    }
}
