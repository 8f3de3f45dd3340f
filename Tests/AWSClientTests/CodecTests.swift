import FoundationEssentials
import Testing

@testable import AWSClient

@Suite("codecs")
struct CodecTests {
    @Test(
        "a date of a header field is read",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Xxx 1994 08:49:37 GMT", nil), ("", nil),
            ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("Sun, 0a Nov 1994 08:49:37 GMT", nil),
            ("Sun, 06 Nóv 1994 8:49:37 GMT", nil),
        ] as [(String, Double?)]
    )
    func httpDate(_ text: String, _ seconds: Double?) {
        #expect(DateText.httpDate(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(
        "a date of a document is read",
        arguments: [
            ("2009-10-12T17:50:30.000Z", 1_255_369_830), ("2015-08-30T12:36:00Z", 1_440_938_160),
            ("2015-08-30T12:36:00", nil), ("2015-08-30 12:36:00Z", nil), ("2015-13-30T12:36:00Z", nil), ("", nil),
            ("2015-08-30T12:36:00+01:00Z", nil),
        ] as [(String, Double?)]
    )
    func iso8601(_ text: String, _ seconds: Double?) {
        #expect(DateText.iso8601(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(
        "a key of a listing is decoded byte by byte",
        arguments: [
            ("a+b%2Bc%20d", "a b+c d"), ("e%CC%81", "e\u{301}"), ("%f0%9F%98%80", "\u{1F600}"), ("plain", "plain"),
            ("%", nil), ("%4", nil), ("%zz", nil), ("%FF", nil),
        ] as [(String, String?)]
    )
    func percentDecoding(_ text: String, _ decoded: String?) {
        #expect(PercentDecoding.decode(text).map { Array($0.utf8) } == decoded.map { Array($0.utf8) })
    }

    @Test(
        "each type of attribute value has its spelling",
        arguments: [
            (DynamoDB.AttributeValue.s("é\"/"), #"{"S":"é\"\/"}"#), (.n("1.50"), #"{"N":"1.50"}"#),
            (.n(-7), #"{"N":"-7"}"#), (.b(Data([0, 255])), #"{"B":"AP8="}"#), (.bool(false), #"{"BOOL":false}"#),
            (.null, #"{"NULL":true}"#), (.l([.s("a"), .null]), #"{"L":[{"S":"a"},{"NULL":true}]}"#),
            (.m(["k": .m([:])]), #"{"M":{"k":{"M":{}}}}"#), (.ss(["a"]), #"{"SS":["a"]}"#),
            (.ns(["1"]), #"{"NS":["1"]}"#), (.bs([Data([1])]), #"{"BS":["AQ=="]}"#),
        ]
    )
    func attributeValue(_ value: DynamoDB.AttributeValue, _ json: String) throws {
        #expect(String(decoding: try JSONEncoder().encode(value), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(DynamoDB.AttributeValue.self, from: Data(json.utf8)) == value)
    }

    @Test(
        "what is not one attribute value is refused",
        arguments: [
            "{}", #"{"S":"a","N":"1"}"#, #"{"X":"a"}"#, #"{"S":1}"#, #"{"B":"%"}"#, #""S""#, "null",
            #"{"M":{"k":"v"}}"#, String(repeating: #"{"L":["#, count: 5000),
        ]
    )
    func badAttributeValue(_ json: String) {
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(DynamoDB.AttributeValue.self, from: Data(json.utf8))
        }
    }

    @Test("a whole number is read only when it is one that fits")
    func integers() {
        #expect(DynamoDB.AttributeValue.n("12").integer == 12)
        #expect(DynamoDB.AttributeValue.n("1.5").integer == nil)
        #expect(DynamoDB.AttributeValue.n("99999999999999999999").integer == nil)
        #expect(DynamoDB.AttributeValue.s("1").integer == nil)
        #expect(DynamoDB.AttributeValue.s("1").string == "1")
    }
}
