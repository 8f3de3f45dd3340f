import Checksums
import Crypto
import StreamingCrypto
import Testing

@Suite("Streaming GCM")
struct GCMStreamTests {
    private static let key = [UInt8](0..<32)
    private static let iv = [UInt8](100..<112)

    /// A message sealed in one shot by the other implementation: ciphertext and tag.
    private static func sealed(_ plaintext: [UInt8]) throws -> (ciphertext: [UInt8], tag: [UInt8]) {
        let box = try AES.GCM.seal(
            plaintext,
            using: SymmetricKey(data: key),
            nonce: AES.GCM.Nonce(data: iv)
        )
        return (Array(box.ciphertext), Array(box.tag))
    }

    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    @Test(
        "the test cases 13, 14 and 15 of the mode's first publication come out",
        arguments: [
            (
                key: String(repeating: "00", count: 32), iv: String(repeating: "00", count: 12),
                ciphertext: "", tag: "530f8afbc74536b9a963b4f1c4cb738b", plaintext: ""
            ),
            (
                key: String(repeating: "00", count: 32), iv: String(repeating: "00", count: 12),
                ciphertext: "cea7403d4d606b6e074ec5d3baf39d18", tag: "d0d1c8a799996bf0265b98b5d48ab919",
                plaintext: String(repeating: "00", count: 16)
            ),
            (
                key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", iv: "cafebabefacedbaddecaf888",
                ciphertext: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                    + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
                tag: "b094dac5d93471bdec1a502270e3cc6c",
                plaintext: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                    + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
            ),
        ]
    )
    func published(key: String, iv: String, ciphertext: String, tag: String, plaintext: String) throws {
        let stream = try GCMStream(key: Hex.decoded(key), iv: Hex.decoded(iv))
        #expect(Hex.encoded(try stream.update(Hex.decoded(ciphertext))) == plaintext)
        try stream.finish(tag: Hex.decoded(tag))
    }

    @Test("a message deciphers alike however it is cut", arguments: 1...20)
    func cuts(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let plaintext = Self.pattern(Int.random(in: 0...5000, using: &random))
        let message = try Self.sealed(plaintext)
        let stream = try GCMStream(key: Self.key, iv: Self.iv)
        var rest = message.ciphertext[...]
        var deciphered: [UInt8] = []
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...97, using: &random))
            rest = rest.dropFirst(piece.count)
            deciphered += try stream.update(piece)
        }
        try stream.finish(tag: message.tag)
        #expect(deciphered == plaintext)
    }

    @Test("bytes that are not contiguous in memory decipher as well")
    func notContiguous() throws {
        let message = try Self.sealed(Self.pattern(100))
        let stream = try GCMStream(key: Self.key, iv: Self.iv)
        #expect(try stream.update(message.ciphertext.lazy.map { $0 }) == Self.pattern(100))
        try stream.finish(tag: message.tag)
    }

    @Test("an empty message has a tag that is checked")
    func empty() throws {
        let message = try Self.sealed([])
        try GCMStream(key: Self.key, iv: Self.iv).finish(tag: message.tag)
        #expect(throws: CipherError(.authenticationFailed)) {
            try GCMStream(key: Self.key, iv: Self.iv).finish(tag: [UInt8](repeating: 0, count: 16))
        }
    }

    @Test("one flipped bit of tag, ciphertext, key or IV is found", arguments: ["tag", "ciphertext", "key", "iv"])
    func flipped(place: String) throws {
        var message = try Self.sealed(Self.pattern(40))
        var (key, iv) = (Self.key, Self.iv)
        switch place {
        case "tag": message.tag[15] ^= 1
        case "ciphertext": message.ciphertext[20] ^= 0x80
        case "key": key[31] ^= 1
        default: iv[11] ^= 1
        }
        let stream = try GCMStream(key: key, iv: iv)
        _ = try stream.update(message.ciphertext)
        #expect(throws: CipherError(.authenticationFailed)) { try stream.finish(tag: message.tag) }
    }

    @Test("keys, IVs and tags of other sizes are refused")
    func sizes() throws {
        #expect(throws: CipherError(.invalidKey)) { try GCMStream(key: [UInt8](repeating: 0, count: 16), iv: Self.iv) }
        #expect(throws: CipherError(.malformed)) { try GCMStream(key: Self.key, iv: [UInt8](repeating: 0, count: 16)) }
        #expect(throws: CipherError(.malformed)) {
            try GCMStream(key: Self.key, iv: Self.iv).finish(tag: [UInt8](repeating: 0, count: 12))
        }
    }

    @Test("a whole message opens, and one that is shorter than IV and tag is malformed")
    func whole() throws {
        let message = try Self.sealed(Self.pattern(33))
        let sealed = Self.iv + message.ciphertext + message.tag
        #expect(try GCMStream.open(key: Self.key, sealed: sealed) == Self.pattern(33))
        #expect(throws: CipherError(.authenticationFailed)) {
            try GCMStream.open(key: Self.key, sealed: sealed.dropLast(1))
        }
        for count in 0..<28 {
            #expect(throws: CipherError(.malformed)) {
                try GCMStream.open(key: Self.key, sealed: Array(sealed.prefix(count)))
            }
        }
    }
}

/// The same numbers for the same seed, in every process.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
