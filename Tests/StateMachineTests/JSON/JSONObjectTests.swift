import Testing

@testable import StateMachine

@Suite("A JSON object")
struct JSONObjectTests {
    @Test("keeps the order in which members were set, and equals another one with the same members")
    func order() {
        var first: JSONObject = ["b": 1, "a": 2]
        let second: JSONObject = ["a": 2, "b": 1]
        #expect(first.keys == ["b", "a"])
        #expect(first == second)
        #expect(first.hashValue == second.hashValue)
        first["b"] = 3
        #expect(first.keys == ["b", "a"])
        #expect(first != second)
    }

    @Test("loses a member that is set to nothing")
    func removal() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["a"] = .none
        object["missing"] = .none
        #expect(object.keys == ["b", "c"])
        #expect(object["c"] == 3)
    }

    @Test("is merged with the other's members over its own")
    func merging() {
        let merged = JSONObject(dictionaryLiteral: ("a", 1), ("b", 2)).merging(["b": 3, "c": 4])
        #expect(merged == ["a": 1, "b": 3, "c": 4])
    }
}
