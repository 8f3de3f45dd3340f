import Crypto
import FoundationEssentials
import Testing

@testable import Simulators

@Suite("Ciphers give the known answers")
struct CipherTests {
    static let passwordA = "correct horse battery staple"
    static let saltA = "9f3c1d5b7e2a4068c1d2e3f405162738"

    static func cipherA(_ version: Int) throws -> SimulatedCipher {
        try SimulatedCipher(password: passwordA, salt: saltA, encryptionVersion: version)
    }

    @Test(
        "the key hash follows from password, salt and version",
        arguments: [
            (passwordA, saltA, 0, "d3b1892a56c7c99d3046453f1b6d08192616a569e60b98496a1e4631ee5708f2"),
            (passwordA, saltA, 2, "a7d8e444f6e34c22f5bc5152eff5439e080092cfb781af7f98bac0fae2e5b14d"),
            (passwordA, saltA, 3, "a7d8e444f6e34c22f5bc5152eff5439e080092cfb781af7f98bac0fae2e5b14d"),
            (
                "correct horse battery", "vault-salt-1", 3,
                "60aa76a8ebdc3bd3fff0670081c08bc8056407f765a1c7b0918cc7077639a398"
            ),
            (
                "cafe\u{301} \u{2126}", "00112233445566778899aabbccddeeff", 0,
                "a70475e9a4a44c315cac7d308700644b608e99456d2fee15a19ed86ff22aab5b"
            ),
            (
                "o\u{FB03}ce\u{2460}", "00112233445566778899aabbccddeeff", 3,
                "ab55d056d764dcfae0dce1937f66b3581d99e3af4d380de269615211af570fdc"
            ),
            (
                "", "00112233445566778899aabbccddeeff", 3,
                "f3a14534500fefd0b6b3eda17da48e01fb1249eb424d1c7eaef78a2a79cb6243"
            ),
        ]
    )
    func keyHash(password: String, salt: String, version: Int, expected: String) throws {
        let cipher = try SimulatedCipher(password: password, salt: salt, encryptionVersion: version)
        #expect(cipher.keyHash == expected)
    }

    @Test(
        "names are encrypted as one string",
        arguments: [
            (0, "", "e3b0c44298fc1c149afbf4c81ec337a3d03b47e4998bcc3d7027a757"),
            (0, "a.md", "fecccc97532467adbf93017b136b1d81d9eaaa444a3fade06c8e46e1be16e260"),
            (
                0, "17-bytes-path..md",
                "c8aaf0c4828dcc0108fa5e2284bd7ed0a28c8571d33bc4b1ee3bd828f2c511571740d338c85d7dd682e0d125f7"
            ),
            (3, "", "998135845ee9cc15054149fbccfc9f55"),
            (3, "a", "09a50cd18dbe315e734b03c3efbb1798bc"),
            (3, "a.md", "ab01a5fef7b4016890cc6aa48f617dd80e962921"),
            (3, "17-bytes-path..md", "bd2e460671d7fb3a00e3248a911e050d1acbbadab75c4ff7964320fb768558a476"),
            (3, "日本語/メモ.md", "57b28a25fcc5fbbfff7db2d87fd1e57aabd55474da19e5caa7de58c18f2d56f62d4fe5"),
            (
                3, "caf\u{E9}/na\u{EF}ve r\u{E9}sum\u{E9}.md",
                "6982887006fa785c36b851e64357b9a6332ef38e2afd6b82071779ac9e276cc630720a1fbc4efbdd"
            ),
        ]
    )
    func names(version: Int, plain: String, expected: String) throws {
        #expect(try Self.cipherA(version).field(plain) == expected)
    }

    @Test(
        "the two counter forms part where the 16-bit counter wraps",
        arguments: [
            (
                "wrap/long-enough-to-need-more-blocks-066204.md",
                "666246de279bc614e1310a81b909ffff65b72b392b225d241badb1ce064ce08e"
                    + "e27acedc06aaec2a660dc349c209881fcec8368181d6720c5c8e4b5bf157",
                "666246de279bc614e1310a81b909ffff65b72b392b225d241badb1ce064ce08e"
                    + "155c43c124aa8b05ec86905d601fa1caff034ed3641b7a1117337efe0d89"
            ),
            (
                "c732809fec0aa9fce44cc597129992c5693ed9df59e3dc6830b29ef5318697f9",
                "ec41d437ca59473138cc8fd3a6b5fffff1a1eb35659d900ac15d4b37dfea851d"
                    + "2038c0e0d3af3480879fed6b78c2e54d08b6cc8e6c5e6172f3d43b329d203cb998e7a3432cfe4c10190e6e3428594660",
                "ec41d437ca59473138cc8fd3a6b5fffff1a1eb35659d900ac15d4b37dfea851d"
                    + "8a461fa2c8fcdbfd032207882e8fb027e2526950ed856b6379b579a89572411f4195d46269798676b3b49013c0a2272f"
            ),
        ]
    )
    func counterForms(plain: String, vendor: String, standard: String) throws {
        let cipher = try Self.cipherA(3)
        #expect(try cipher.field(plain, counter: .sixteenBit) == vendor)
        #expect(try cipher.field(plain, counter: .fullBlock) == standard)
    }

    @Test(
        "bodies are IV, ciphertext and tag",
        arguments: [
            (
                0, "37628d64f879ed5615605e05",
                "37628d64f879ed5615605e05542cf21ca68e9ce687d51f1baac20aa09aac236edc905f80764dc4f0622f"
            ),
            (
                3, "f4dbe9019f23f6e4ae353cae",
                "f4dbe9019f23f6e4ae353cae02b78d5f031f82c7f3b5b35704807c49ba5aa9c5af9b7563cc0b4a01ddc3"
            ),
        ]
    )
    func bodies(version: Int, nonce: String, expected: String) throws {
        let cipher = try Self.cipherA(version)
        let body = try cipher.body(Array("Hello, world!\n".utf8), nonce: bytes(hex: nonce))
        #expect(Hex.encode(body) == expected)
        #expect(cipher.open(body: body) == Data("Hello, world!\n".utf8))
        #expect(try cipher.body([], nonce: bytes(hex: nonce)).isEmpty)
    }

    @Test("a generated content has the stated bytes, and encrypts to the stated body")
    func generated() throws {
        let content = SimulatedContent.generated(seed: "big/five-mib", size: 5_242_880)
        #expect(content.sha256() == "4b64d4f810c35e923c85879e143a2e8822c34437a5f2b3539066c81a4d96e8b3")
        let body = try Self.cipherA(3).body(content.bytes(), nonce: bytes(hex: "da37b99e64074d4d1ff794aa"))
        #expect(body.count == 5_242_908)
        #expect(
            Hex.encode(SHA256.hash(data: body)) == "1e6cbee1c6ee87d7d571acae04ff061437a5e85301e7f4b9cda5a3ed996ae1eb"
        )
    }

    @Test("version 1 does not exist")
    func unknownVersion() {
        #expect(throws: SimulatorError.self) { try Self.cipherA(1) }
    }

    @Test(
        "one-time codes follow RFC 6238",
        arguments: [
            ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Int64(59), "287082"),
            ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1_111_111_109, "081804"),
            ("gezd-gnbv gy3tqojqgezdgnbvgy3tqojq=", 1_234_567_890, "005924"),
            ("JBSWY3DPEHPK3PXP", 59, "996554"),
        ]
    )
    func oneTimeCodes(secret: String, unixTime: Int64, expected: String) {
        #expect(OneTimeCode.code(secret: secret, unixTime: unixTime) == expected)
        #expect(OneTimeCode.accepts(expected, secret: secret, unixTime: unixTime + 30))
        #expect(!OneTimeCode.accepts(expected, secret: secret, unixTime: unixTime + 90))
    }
}
