import HTTPTransport
import NIOHTTP1
import Testing

@Suite("how long Retry-After asks to wait")
struct RetryAfterTests {
    private static let moment: Int64 = 1_792_567_680

    @Test(
        "seconds, up to an hour",
        arguments: [("7", 7), ("0", 0), ("-5", 0), ("99999", 3600), ("7.2", 8), ("1e300", 3600)] as [(String, Int64)]
    )
    func seconds(text: String, expected: Int64) {
        let headers: HTTPHeaders = ["Retry-After": text]
        #expect(headers.retryAfter == .seconds(expected))
    }

    @Test("a date is compared with that of the answer, or else with the caller's clock")
    func date() {
        let date = "Wed, 21 Oct 2026 07:28:07 GMT"
        #expect(HTTPDate.seconds("Wed, 21 Oct 2026 07:28:00 GMT") == Self.moment)
        var headers: HTTPHeaders = ["Retry-After": date]
        #expect(headers.retryAfter == nil)
        #expect(headers.retryAfter(now: Self.moment) == .seconds(7))
        #expect(headers.retryAfter(now: Self.moment + 100) == .zero)
        headers.add(name: "Date", value: "Wed, 21 Oct 2026 07:28:05 GMT")
        #expect(headers.retryAfter == .seconds(2))
        #expect(headers.retryAfter(now: Self.moment) == .seconds(2))
    }

    @Test(
        "what is neither says nothing",
        arguments: ["", "soon", "inf", "Wed, 21 Oct 2026 07:28:07", "Wed, 41 Oct 2026 07:28:07 GMT", "21 Oct 2026"]
    )
    func neither(text: String) {
        let headers: HTTPHeaders = ["Retry-After": text]
        #expect(headers.retryAfter(now: 0) == nil)
    }

    @Test(
        "days are counted over leap years",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800), ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
        ] as [(String, Int64)]
    )
    func days(text: String, seconds: Int64) {
        #expect(HTTPDate.seconds(text) == seconds)
    }
}
