import FoundationEssentials
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The lister's cursor")
struct PassCursorTests {
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

    @Test(
        "the largest cursor stays under 1 KiB and survives",
        arguments: [
            PassCursor.Phase.open, .page(.init(offset: .max, member: .max, isDraining: true)),
            .delete(piece: .max, offset: .max), .settle(.init(number: 2, next: .max, end: .max)),
        ]
    )
    func size(phase: PassCursor.Phase) throws {
        var cursor = PassCursor(vault: 1_000_000, events: 1_000_000, generation: 1_000_000)
        cursor.phase = phase
        cursor.firstBatch = .max
        cursor.batches = .max
        cursor.counted = .max
        cursor.done = .init(files: .max, bytes: .max, skipped: .max)
        cursor.planned = cursor.done
        cursor.problems = .max
        cursor.found = .init(records: .max, files: .max, gone: .max, lost: .max, strangers: .max)
        cursor.pieces = .max
        cursor.deleted = .max
        cursor.failed = .max
        cursor.term = .max
        cursor.reopened = Redrive(generation: 1_000_000, number: 1000)
        let encoded = try cursor.encoded
        #expect(encoded.utf8.count < 1024)
        #expect(try PassCursor(encoded: encoded) == cursor)
    }

    @Test("a cursor of before there were positions in groups is read")
    func old() throws {
        let json = try #require(Data(base64Encoded: try PassCursor(vault: 2).encoded))
        #expect(!String(decoding: json, as: UTF8.self).contains("member"))
        #expect(try PassCursor(encoded: json.base64EncodedString()) == PassCursor(vault: 2))
    }

    @Test("what is no cursor of this version is refused", arguments: ["", "x", "e30=", "eyJ2IjoxfQ=="])
    func refused(text: String) {
        #expect(throws: SyncError.self) { try PassCursor(encoded: text) }
    }

    @Test("the next vault begins with nothing but what is of the whole run")
    func advance() {
        var cursor = PassCursor(vault: 3, events: 50, generation: 2)
        cursor.phase = .settle(.init(next: 4))
        cursor.problems = 4
        cursor.term = 7
        cursor.reopened = Redrive(generation: 2, number: 1)
        var next = PassCursor(vault: 4, events: 50, generation: 2)
        next.reopened = Redrive(generation: 2, number: 1)
        #expect(cursor.ofNextVault == next)
    }

    @Test("a cursor of the first release goes both ways")
    func firstRelease() throws {
        let json = """
            {"batches":1,"counted":1,"deleted":0,"done":{"b":2,"f":1,"s":0},"drain":false,"end":0,"events":25,"failed":0,\
            "found":{"f":0,"g":0,"l":0,"r":0,"s":0},"generation":0,"n":0,"next":1,"offset":99,"piece":1,"pieces":0,\
            "planned":{"b":2,"f":1,"s":0},"problems":0,"round":1,"step":"page","v":2}
            """
        var cursor = try PassCursor(encoded: Data(json.utf8).base64EncodedString())
        #expect(cursor.term == nil)
        #expect(try cursor.encoded == Data(json.utf8).base64EncodedString(), "nothing is respelled")
        cursor.term = 4
        let old = try JSONDecoder().decode(Cursor.self, from: try #require(Data(base64Encoded: cursor.encoded)))
        #expect((old.v, old.n, old.step, old.offset) == (2, 0, "page", 99))
    }
}
