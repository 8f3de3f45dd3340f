import StreamingCrypto
import Testing

@Suite("NFKC")
struct NormalizationTests {
    @Test(
        "texts come out in the compatibility form, composed",
        arguments: [
            ("", ""),
            ("plain ASCII 123", "plain ASCII 123"),
            // Decomposed letters become composed ones.
            ("e\u{301}", "\u{E9}"),
            ("\u{E9}", "\u{E9}"),
            // Marks are put in their order first.
            ("q\u{307}\u{323}", "q\u{323}\u{307}"),
            // Full-width, half-width, ligature, circled, superscript, fraction.
            ("\u{FF21}\u{FF22}\u{FF11}", "AB1"),
            ("\u{FF76}\u{FF9E}", "\u{30AC}"),
            ("\u{FB01}", "fi"),
            ("\u{2460}", "1"),
            ("x\u{B2}", "x2"),
            ("\u{BD}", "1\u{2044}2"),
            // Spaces of all kinds become the common one; the ideographic too.
            ("a\u{A0}b\u{3000}c", "a b c"),
            // Signs that are letters by another name.
            ("\u{212B}\u{2126}", "\u{C5}\u{3A9}"),
            // Hangul by arithmetic.
            ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
            // Excluded from composition: stays apart.
            ("\u{958}", "\u{915}\u{93C}"),
            // Untouched: emoji with joiners, Cyrillic, a capital sharp s.
            ("👩\u{200D}🌾 Привет ẞ", "👩\u{200D}🌾 Привет ẞ"),
            // A NUL is a character like any other.
            ("a\u{0}\u{FF42}", "a\u{0}b"),
        ]
    )
    func forms(text: String, expected: String) throws {
        #expect(try Normalization.nfkc(text) == Array(expected.utf8))
    }

    @Test("what is normalised already stays the same", arguments: ["\u{FF21}e\u{301}\u{FB01}", "\u{1E9B}\u{323}"])
    func idempotent(text: String) throws {
        let once = try Normalization.nfkc(text)
        #expect(try Normalization.nfkc(String(decoding: once, as: UTF8.self)) == once)
    }
}
