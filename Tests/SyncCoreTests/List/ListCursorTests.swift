import FoundationEssentials
import Testing

@testable import SyncCore

@Suite("The lister's cursor")
struct ListCursorTests {
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
}
