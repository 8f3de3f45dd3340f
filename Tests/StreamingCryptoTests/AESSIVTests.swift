import Checksums
import StreamingCrypto
import Testing

@Suite("AES-SIV")
struct AESSIVTests {
    private static let cipher = AESSIV(macKey: [UInt8](0..<32), encryptionKey: [UInt8](32..<64))

    /// The bytes 0, 1, 2 … sealed by another implementation of RFC 5297, with the keys above and no associated data.
    private static let sealed: [(count: Int, sealed: String)] = [
        (0, "d4fc53b9c44c2aeea87bfb8c983b136c"),
        (1, "b6759eda30cb698f7e1ff274610447bd78"),
        (15, "76f1f5610dbf6a371fbca26280f931209e9411d925e8fd1cbe330cb533ca85"),
        (16, "bcfa11bfad493796dce5f460fa29dd3aae3ad5a20ea71e5a0a00e7ef512c66c5"),
        (17, "747704297e9a9d9eb754694a504de9488504d3724b09ac5a2be87e52b1443c8685"),
        (31, "b47c1772bc9e75e8a945679221e40c745ab64bc44d3188a71af91ddb8ef19c85935730beaa5a002817e08ad0e2c96a"),
        (32, "adf9d6e20c50519fc212909e8617ecad15ba642de942e870b5d778f15a5f5bede2bd2886ba586ccadae406ca79245cd0"),
        (
            33,
            "6df627fb581b985043f5ffd81c0739d914a01678d05fb02eee624b445b1a28fab5cd87d204bf70f0f11836aecebb99aa46"
        ),
        (
            48,
            "f7c109ff5e95aa9a17ff45a35a9251a3fbe072636357a7b1a072320a43b783ea"
                + "99e4fba4e12100d640fb58228e4960249dccb89d5e65b6eb73d0b9881912d308"
        ),
    ]

    @Test("messages of lengths around a block open with either counter", arguments: sealed)
    func lengths(count: Int, sealed: String) throws {
        let sealed = try Hex.decoded(sealed)
        let plaintext = (0..<count).map { UInt8($0) }
        #expect(try Self.cipher.open(sealed) == plaintext)
        for counter in AESSIV.Counter.allCases {
            #expect(try Self.cipher.open(sealed, counter: counter) == plaintext)
        }
    }

    @Test("one flipped bit is found wherever it is", arguments: sealed)
    func flipped(count: Int, sealed: String) throws {
        let sealed = try Hex.decoded(sealed)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x01
            #expect(throws: CipherError(.authenticationFailed)) { try Self.cipher.open(changed) }
        }
    }

    @Test("a cut message does not open")
    func cut() throws {
        let sealed = try Hex.decoded(Self.sealed[4].sealed)
        #expect(throws: CipherError(.authenticationFailed)) { try Self.cipher.open(sealed.dropLast()) }
        for count in 0..<16 {
            #expect(throws: CipherError(.malformed)) { try Self.cipher.open(Array(sealed.prefix(count))) }
        }
    }

    @Test("another key does not open a message")
    func otherKeys() throws {
        let sealed = try Hex.decoded(Self.sealed[4].sealed)
        let swapped = AESSIV(macKey: [UInt8](32..<64), encryptionKey: [UInt8](0..<32))
        #expect(throws: CipherError(.authenticationFailed)) { try swapped.open(sealed) }
    }

    @Test("keys of another size are refused, not truncated", arguments: [0, 16, 31, 33])
    func keySizes(size: Int) throws {
        let sealed = try Hex.decoded(Self.sealed[4].sealed)
        let odd = [UInt8](repeating: 1, count: size)
        #expect(throws: CipherError(.invalidKey)) {
            try AESSIV(macKey: odd, encryptionKey: [UInt8](32..<64)).open(sealed)
        }
        #expect(throws: CipherError(.invalidKey)) {
            try AESSIV(macKey: [UInt8](0..<32), encryptionKey: odd).open(sealed)
        }
    }
}
