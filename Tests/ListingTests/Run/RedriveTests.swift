import Foundation
import Testing

@testable import Listing

@Suite("A redrive of a run")
struct RedriveTests {
    @Test("is written as one text, as it always was")
    func text() throws {
        let redrive = Redrive(generation: 2, number: 13)
        #expect(String(decoding: try JSONEncoder().encode([redrive]), as: UTF8.self) == #"["2\/13"]"#)
        #expect(try JSONDecoder().decode([Redrive].self, from: Data(#"["2/13"]"#.utf8)) == [redrive])
    }

    @Test("nothing else is one", arguments: ["", "2", "2/", "a/1", "1/2/3"])
    func none(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Redrive].self, from: Data("[\"\(text)\"]".utf8))
        }
    }
}
