import Clocks
import Testing

@testable import GoProCloud

@Suite("Dates of media")
struct MediaDateTests {
    @Test(
        "are read with and without parts of seconds",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-08-23T09:15:00Z", 1_787_476_500_000),
            ("2026-08-23T09:15:00.250Z", 1_787_476_500_250),
        ] as [(String, Int64)]
    )
    func reads(text: String, milliseconds: Int64) {
        #expect(MediaDate.timestamp(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(
        "what is none is none",
        arguments: ["", "yesterday", "1969-12-31T23:59:59Z", "2026-08-23", "10000-01-01T00:00:00Z"]
    )
    func none(text: String) {
        #expect(MediaDate.timestamp(text) == nil)
    }

    @Test("give the folder of the month")
    func folders() {
        #expect(MediaDate.folder(Timestamp(milliseconds: 1_787_476_500_000)) == "2026/08")
        #expect(MediaDate.folder(nil) == "undated")
    }
}
