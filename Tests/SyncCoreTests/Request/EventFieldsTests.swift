import Testing

@testable import SyncCore

@Suite("The fields of an event")
struct EventFieldsTests {
    private func fields(_ members: [String: JSON], prefix: String = "") -> EventFields {
        EventFields(fields: members, prefix: prefix)
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing"
        } catch {
            return (error as? SyncError)?.message ?? "\(error)"
        }
    }

    @Test("what is missing or null is none")
    func missing() throws {
        let fields = fields(["a": .null])
        #expect(try fields.text("a") == nil)
        #expect(try fields.bool("b") == nil)
        #expect(try fields.integer("c", in: 1...2) == nil)
        #expect(try fields.object("d").isEmpty)
        #expect(try fields.vaultIDs().isEmpty)
        #expect(try fields.filter() == PathFilter())
    }

    @Test("every error names the field and what it has to be, never its value")
    func errors() {
        let fields = fields(
            ["text": .integer(1), "flag": .string("yes-secret"), "count": .integer(11), "list": .string("x")],
            prefix: "options."
        )
        #expect(message { _ = try fields.text("text") } == "the field options.text has to be text of up to 1024 bytes")
        #expect(message { _ = try fields.bool("flag") } == "the field options.flag has to be true or false")
        #expect(
            message { _ = try fields.integer("count", in: 1...10) }
                == "the field options.count has to be a whole number from 1 to 10"
        )
        #expect(message { _ = try fields.object("list") } == "the field options.list has to be an object")
    }

    @Test("texts are bounded by bytes")
    func length() throws {
        let fields = fields(["a": .string("\u{E9}\u{E9}")])
        #expect(try fields.text("a", upTo: 4) == "\u{E9}\u{E9}")
        #expect(throws: SyncError.self) { try fields.text("a", upTo: 3) }
    }

    @Test("vaults come from three fields, each once")
    func vaults() throws {
        let fields = fields([
            "vault_id": .string("a"), "vault_ids": .array([.string("b"), .string("a")]),
            "vaults": .array([.object(["vault_id": .string("c")])]),
        ])
        #expect(try fields.vaultIDs().map(\.rawValue) == ["a", "b", "c"])
    }

    @Test(
        "what is no vault id is refused",
        arguments: [
            ["vault_id": .string("a/b")], ["vault_ids": .string("a")], ["vaults": .array([.object([:])])],
            ["vault_ids": .array((0...100).map { .string("v\($0)") })],
        ] as [[String: JSON]]
    )
    func noVaults(members: [String: JSON]) {
        #expect(throws: SyncError.self) { try fields(members).vaultIDs() }
    }

    @Test(
        "a bucket's name is checked",
        arguments: [("my-bucket.1", true), ("ab", false), ("Bucket", false), ("a/bucket", false)]
    )
    func bucket(name: String, isOne: Bool) {
        let found = try? fields(["b": .string(name)]).bucket("b")
        #expect((found == name) == isOne)
    }

    @Test(
        "a prefix has segments as keys have them",
        arguments: [
            ("", true), ("vaults", true), ("vaults/", true), ("a/../b", false), ("a//b", false), ("/a", false),
            ("a\n", false),
        ]
    )
    func prefix(text: String, isOne: Bool) {
        let found = try? fields(["p": .string(text)]).prefix("p")
        #expect((found == text) == isOne)
    }

    @Test("patterns are a list of single lines, and bounded together")
    func patterns() throws {
        #expect(try fields(["exclude": .array([.string("*.tmp")])]).filter() == PathFilter(exclude: ["*.tmp"]))
        #expect(throws: SyncError.self) { try fields(["exclude": .string("*.tmp")]).filter() }
        #expect(throws: SyncError.self) { try fields(["include": .array([.string("a\nb")])]).filter() }
        let long = JSON.array([.string(String(repeating: "x", count: 4097))])
        #expect(throws: SyncError.self) { try fields(["exclude": long]).filter() }
    }
}
