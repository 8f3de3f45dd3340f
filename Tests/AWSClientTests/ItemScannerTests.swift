import FoundationEssentials
import Testing

@testable import AWSClient

@Suite("Answers that need no generic decoder")
struct ItemScannerTests {
    private func read(_ json: String) -> DynamoDB.QueryOutput? {
        var bytes = Array(json.utf8)
        return bytes.withUnsafeMutableBytes { DynamoDB.QueryOutput(quick: UnsafeRawBufferPointer($0)) }
    }

    @Test(
        "a page is read as the generic decoder reads it, plain or not",
        arguments: [
            #"{}"#,
            #"{"Items":[],"Count":0,"ScannedCount":0}"#,
            #"{"Count":2,"Items":[{"a":{"S":"x"},"n":{"N":"12"}},{"b":{"B":"AAEC"}}],"LastEvaluatedKey":{"a":{"S":"x"}}}"#,
            #"{ "Items" : [ { "a" : { "S" : "caf\#u{E9} / ," } } ] , "Other" : { "x" : [ 1, "}\"" ] } }"#,
            #"{"Items":[{"a":{"S":"quote \" and \\ and \u00e9"}},{"a":{"S":"plain"}},{"m":{"M":{"x":{"L":[{"N":"1"}]}}}}]}"#,
            #"{"Items":[{"t":{"BOOL":true}},{"z":{"NULL":true}},{"s":{"SS":["a","b"]}},{}]}"#,
        ]
    )
    func agrees(json: String) throws {
        let expected = try JSONDecoder().decode(DynamoDB.QueryOutput.self, from: Data(json.utf8))
        // An empty object is rare enough to be left to the generic decoder.
        guard let output = read(json) else {
            #expect(json == "{}")
            return
        }
        #expect(output.items == expected.items)
        #expect(output.count == expected.count)
        #expect(output.lastEvaluatedKey == expected.lastEvaluatedKey)
    }

    @Test("what is cut anywhere is refused")
    func cut() {
        let json = #"{"Count":1,"Items":[{"a":{"S":"x"},"b":{"B":"AAEC"}}],"LastEvaluatedKey":{"a":{"S":"x"}}}"#
        #expect(read(json) != nil)
        for length in 0..<json.utf8.count { #expect(read(String(json.prefix(length))) == nil, "\(length)") }
    }

    @Test(
        "what is damaged is refused",
        arguments: [
            #"{"Items":[{"a":{"S":1}}]}"#, #"{"Items":[{"a":{"B":"?"}}]}"#, #"{"Items":[{"a":{"X":"x"}}]}"#,
            #"{"Items":{}}"#, #"{"Count":"x"}"#, #"{"Items":[]}}"#, #"{"Items":[{"a":{"S":"x"}}"#,
        ]
    )
    func damaged(json: String) {
        #expect(read(json) == nil)
    }
}
