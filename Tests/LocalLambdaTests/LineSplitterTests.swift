import Testing

@testable import LocalLambda

@Suite("Line splitter")
struct LineSplitterTests {
    private func split(_ chunks: [String], limit: Int = 100) -> [String] {
        var splitter = LineSplitter(limit: limit)
        var lines: [String] = []
        for chunk in chunks {
            Array(chunk.utf8).withUnsafeBytes { bytes in splitter.append(bytes) { lines.append($0) } }
        }
        splitter.finish { lines.append($0) }
        return lines
    }

    @Test("lines are cut at line feeds, wherever the chunks end")
    func chunks() {
        #expect(split(["a\nb", "c\n", "\nd"]) == ["a", "bc", "", "d"])
        #expect(split(["é".self, "\n"]) == ["é"])
        #expect(split([]) == [])
    }

    @Test("a line above the limit is passed on in pieces")
    func limit() {
        #expect(split(["abcdef\ngh"], limit: 4) == ["abcd", "ef", "gh"])
    }
}
