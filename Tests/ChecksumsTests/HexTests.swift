import Checksums
import Testing

@Suite("Hex")
struct HexTests {
    @Test("every byte has two lower-case digits and comes back from them")
    func everyByte() throws {
        let bytes = [UInt8](0...255)
        let text = Hex.encoded(bytes)
        #expect(text.hasPrefix("000102030405060708090a0b0c0d0e0f10"))
        #expect(text.hasSuffix("fafbfcfdfeff"))
        #expect(try Hex.decoded(text) == bytes)
        #expect(try Hex.decoded(text.uppercased()) == bytes)
    }

    @Test("nothing is written as nothing")
    func empty() throws {
        #expect(Hex.encoded([]).isEmpty)
        #expect(try Hex.decoded("").isEmpty)
    }

    @Test(
        "odd lengths and other characters are malformed",
        arguments: ["a", "abc", "0x", "zz", "g0", " 0", "0\u{E9}", "-1", "+1", "１１", "/:", "@`"]
    )
    func malformed(text: String) {
        #expect(throws: Hex.Malformed()) { try Hex.decoded(text) }
    }
}
