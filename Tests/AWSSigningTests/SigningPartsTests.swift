import Testing

@testable import AWSSigning

@Suite("parts of a signature")
struct SigningPartsTests {
    @Test(
        "a date is spelled in UTC",
        arguments: [
            (Int64(0), "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (1_440_938_160, "20150830T123600Z"),
            (1_709_251_199, "20240229T235959Z"),
            (4_107_542_400, "21000301T000000Z"),
            (-5, "19700101T000000Z"),
            (Int64.max, "99991231T235959Z"),
        ]
    )
    func date(_ seconds: Int64, _ text: String) {
        let date = SigningDate(unixSeconds: seconds)
        #expect(date.timestamp == text)
        #expect(date.day == String(text.prefix(8)))
    }

    @Test("every byte but the unreserved ones is percent-encoded")
    func encoding() {
        #expect(PercentEncoding.path("a b+c/%é\u{1F600}~") == "a%20b%2Bc/%25%C3%A9%F0%9F%98%80~")
        #expect(PercentEncoding.query("a/b=c&d") == "a%2Fb%3Dc%26d")
        #expect(Array(PercentEncoding.path("e\u{301}").utf8) == Array("e%CC%81".utf8))
    }

    @Test("a query is sorted by the bytes of its encoded names, then values")
    func queryOrder() {
        let items = [QueryItem("a-", "1"), QueryItem("a", "2"), QueryItem("B", "3"), QueryItem("a", "10")]
        #expect(items.canonicalQuery == "B=3&a=10&a=2&a-=1")
        #expect([QueryItem]().canonicalQuery == "")
        #expect([QueryItem("uploads")].canonicalQuery == "uploads=")
    }

    @Test("the canonical request joins equal fields and trims what they hold")
    func canonicalText() {
        let request = SigningRequest(
            method: "GET",
            host: "h",
            path: "",
            headers: [(name: "B", value: "  x \t y "), (name: "a", value: ""), (name: "b", value: "z")]
        )
        let canonical = CanonicalRequest(request, rules: .verbatim)
        #expect(canonical.signedHeaders == "a;b;host")
        #expect(
            String(decoding: canonical.bytes, as: UTF8.self)
                == "GET\n/\n\na:\nb:x y,z\nhost:h\n\na;b;host\n" + PayloadHash.empty.value
        )
    }

    @Test("the hash of an empty body is the constant")
    func emptyHash() {
        #expect(PayloadHash.sha256([]) == .empty)
    }
}
