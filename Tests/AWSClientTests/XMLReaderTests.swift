import NIOCore
import Testing

@testable import AWSClient

@Suite("XML")
struct XMLReaderTests {
    private func parse(_ text: String, bounds: XMLReader.Bounds = .init()) throws(XMLError) -> XMLElement {
        try XMLElement.parse(ByteBuffer(string: text), bounds: bounds)
    }

    @Test("a document becomes a tree")
    func tree() throws {
        let root = try parse(
            """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!-- c --><r xmlns='http://x/' a="1>2"><a>1</a><b/><a >2</a ><n:c><d>e</d></n:c></r>

            """
        )
        #expect(root.name == "r")
        #expect(root.all("a").map(\.text) == ["1", "2"])
        #expect(root["b"] == "")
        #expect(root.child("c")?["d"] == "e")
        #expect(root["none"] == nil)
    }

    @Test(
        "text is taken as it is, references resolved",
        arguments: [
            ("a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"), ("&#65;&#x42;&#x1F600;", "AB\u{1F600}"),
            ("<![CDATA[<&]]>x", "<&x"), (" sp ace \n", " sp ace \n"), ("e\u{301}", "e\u{301}"),
            ("a<!-- b -->c", "ac"), ("&#13;&#x9;", "\r\t"),
        ]
    )
    func text(_ xml: String, _ text: String) throws {
        #expect(Array(try parse("<r>\(xml)</r>").text.utf8) == Array(text.utf8))
    }

    @Test(
        "what is not well-formed is refused",
        arguments: [
            "", "text", "<r>", "<r></s>", "<r/><r/>", "<r><a></r></a>", "<r>&unknown;</r>", "<r>&amp</r>",
            "<r>&#0;</r>", "<r>&#xD800;</r>", "<r>&#99999999999;</r>", "<r a=1/>", "<r a/>", "<r a='1/>", "<r", "<",
            "<r><![CDATA[x</r>", "<!-- ", "<r/>trailing", "<r a='<'/>", "<1", "</r>", "<r>&#x;</r>", "<r></r",
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: XMLError.malformed) { try parse(text) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func invalidText() {
        let bytes = Array("<r>".utf8) + [0xFF] + Array("</r>".utf8)
        #expect(throws: XMLError.malformed) { try XMLElement.parse(ByteBuffer(bytes: bytes)) }
    }

    @Test("a document type, and with it every entity bomb, is refused")
    func documentType() {
        let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>"
        #expect(throws: XMLError.documentType) { try parse(bomb) }
        #expect(throws: XMLError.malformed) { try parse("<r><!DOCTYPE r></r>") }
    }

    @Test("depth, number and size are bounded")
    func bounds() {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(throws: XMLError.tooDeep) { try parse(deep) }
        let many = "<r>" + String(repeating: "<a/>", count: 20) + "</r>"
        #expect(throws: XMLError.tooLarge) { try parse(many, bounds: .init(elements: 20)) }
        #expect(throws: XMLError.tooLarge) { try parse("<r>12345</r>", bounds: .init(size: 11)) }
    }

    @Test("no way of cutting a document off makes the reader fail other than by its error")
    func truncation() throws {
        let whole = "<?xml version='1.0'?><r a='1'><b>&amp;<![CDATA[x]]></b><!-- c --><d/></r>"
        for length in 0..<whole.utf8.count {
            let part = String(whole.prefix(length))
            #expect(throws: XMLError.malformed) { try parse(part) }
        }
        #expect(try parse(whole).children.count == 2)
    }

    @Test("what is written can be read again")
    func escaping() throws {
        let text = "<&>\"'\r\n\t e\u{301} \u{1F600}"
        let escaped = try #require(XMLText.escaped(text))
        #expect(Array(try parse("<r>\(escaped)</r>").text.utf8) == Array(text.utf8))
        #expect(XMLText.escaped("a\u{1}b") == nil)
        #expect(XMLText.escaped("a\u{FFFF}b") == nil)
    }
}
