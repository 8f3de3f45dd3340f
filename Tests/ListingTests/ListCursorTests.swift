import FoundationEssentials
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The lister's cursor")
struct ListCursorTests {
    /// What the first release requires of a cursor.
    private struct Cursor: Decodable {
        var v: Int
        var n: Int
        var step: String
        var offset: Int64
        var drain: Bool
        var found: [String: Int]
        var pieces: Int
        var piece: Int
        var deleted: Int
        var batches: Int
        var counted: Int
        var done: [String: Int64]
        var planned: [String: Int64]
        var problems: Int
        var failed: Int
        var round: Int
        var next: Int
        var end: Int
        var events: Int
        var generation: Int
    }

    @Test("the largest cursor stays under 1 KiB and survives")
    func size() throws {
        var cursor = ListCursor(vault: 1_000_000, events: 1_000_000, generation: 1_000_000)
        cursor.step = .settle
        cursor.offset = .max
        cursor.batches = .max
        cursor.counted = .max
        cursor.done = .init(files: .max, bytes: .max, skipped: .max)
        cursor.planned = cursor.done
        cursor.problems = .max
        cursor.settleNext = .max
        cursor.settleEnd = .max
        cursor.found = .init(records: .max, files: .max, gone: .max, lost: .max, strangers: .max)
        cursor.pieces = .max
        cursor.piece = .max
        cursor.deleted = .max
        cursor.failed = .max
        cursor.term = .max
        cursor.isDraining = true
        cursor.member = .max
        cursor.reopened = "1000000/1000"
        let encoded = try cursor.encoded
        #expect(encoded.utf8.count < 1024)
        #expect(try ListCursor(encoded: encoded) == cursor)
    }

    @Test("a cursor of before there were positions in groups is read")
    func old() throws {
        let json = try #require(Data(base64Encoded: try ListCursor(vault: 2).encoded))
        #expect(!String(decoding: json, as: UTF8.self).contains("member"))
        #expect(try ListCursor(encoded: json.base64EncodedString()) == ListCursor(vault: 2))
    }

    @Test("what is no cursor of this version is refused", arguments: ["", "x", "e30=", "eyJ2IjoxfQ=="])
    func refused(text: String) {
        #expect(throws: SyncError.self) { try ListCursor(encoded: text) }
    }

    @Test("the next vault begins with nothing but what is of the whole run")
    func advance() {
        var cursor = ListCursor(vault: 3, events: 50, generation: 2)
        cursor.step = .settle
        cursor.offset = 100
        cursor.problems = 4
        cursor.term = 7
        cursor.reopened = "2/1"
        cursor.advance()
        var next = ListCursor(vault: 4, events: 50, generation: 2)
        next.reopened = "2/1"
        #expect(cursor == next)
    }

    @Test("a cursor of the first release goes both ways")
    func firstRelease() throws {
        let json = """
            {"batches":1,"counted":1,"deleted":0,"done":{"b":2,"f":1,"s":0},"drain":false,"end":0,"events":25,"failed":0,\
            "found":{"f":0,"g":0,"l":0,"r":0,"s":0},"generation":0,"n":0,"next":1,"offset":99,"piece":1,"pieces":0,\
            "planned":{"b":2,"f":1,"s":0},"problems":0,"round":1,"step":"page","v":2}
            """
        var cursor = try ListCursor(encoded: Data(json.utf8).base64EncodedString())
        #expect(cursor.term == nil)
        #expect(try cursor.encoded == Data(json.utf8).base64EncodedString(), "nothing is respelled")
        cursor.term = 4
        let old = try JSONDecoder().decode(Cursor.self, from: try #require(Data(base64Encoded: cursor.encoded)))
        #expect((old.v, old.n, old.step, old.offset) == (2, 0, "page", 99))
    }
}
