import FoundationEssentials
import Testing

@testable import StateMachine

@Suite("A JSON value")
struct JSONValueTests {
    @Test("keeps whole numbers whole and compares by value")
    func numbers() throws {
        guard case .integer(9_007_199_254_740_993) = try JSONValue(parsing: "9007199254740993") else {
            Issue.record("not an integer")
            return
        }
        guard case .double(1) = try JSONValue(parsing: "1.0") else {
            Issue.record("not a double")
            return
        }
        #expect(JSONValue.integer(1) == .double(1))
        #expect(JSONValue.integer(1).hashValue == JSONValue.double(1).hashValue)
        #expect(JSONValue.integer(9_007_199_254_740_993) != .double(9_007_199_254_740_992))
        #expect(JSONValue.bool(true) != .integer(1))
        #expect(JSONValue.double(2.5).integer == nil)
        #expect(JSONValue.double(2).integer == 2)
    }

    @Test("tells strings and keys apart by their scalars, not by what they look like")
    func canonicalEquivalence() throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        #expect(composed == decomposed)
        #expect(JSONValue.string(composed) != .string(decomposed))
        let value = try JSONValue(parsing: "{\"\(composed)\": 1, \"\(decomposed)\": 2}")
        #expect(value.object?.count == 2)
        #expect(value[composed] == 1)
        #expect(value[decomposed] == 2)
    }

    @Test(
        "is printed as it was read",
        arguments: [
            #"{"b":1,"a":[true,false,null],"c":{}}"#, #""line\nquote\"back\\tab\t\u0001""#, "-12", "0.5", "1e+20",
            #""€𝄞""#,
        ]
    )
    func roundTrip(text: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(value.jsonText == text)
        #expect(value.jsonSizeInBytes == text.utf8.count)
    }

    @Test("reads every escape")
    func escapes() throws {
        #expect(try JSONValue(parsing: #" "\u20ac\uD834\uDD1E\/\b\f\r" "#) == "€𝄞/\u{8}\u{C}\r")
    }

    @Test("takes the last of two members with one name")
    func duplicates() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"a":2}"#) == ["a": 2])
    }

    @Test(
        "is refused when the text is not JSON",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "-", "+1", "nul", "\"a", "\"\n\"", #""\x""#, #""\uD800""#,
            #""\uD800\u0041""#,
            "1 2", "{a:1}", "1e999", "[1 2]", #""\u12G4""#, "'a'",
        ]
    )
    func refusals(text: String) {
        #expect { try JSONValue(parsing: text) } throws: { ($0 as? StateMachineError)?.code == .invalidJSON }
    }

    @Test("is refused when it is nested too deep")
    func depth() {
        #expect(throws: StateMachineError.self) {
            try JSONValue(parsing: String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000))
        }
    }

    @Test("passes through the coders with its integers")
    func coding() throws {
        let value: JSONValue = ["i": 9_007_199_254_740_993, "d": 0.5, "n": .null, "l": [true, "x"], "o": ["k": -1]]
        let data = try JSONEncoder().encode(value)
        let decoded = try JSONDecoder().decode(JSONValue.self, from: data)
        #expect(decoded == value)
        guard case .integer? = decoded["i"] else {
            Issue.record("not an integer")
            return
        }
    }
}
