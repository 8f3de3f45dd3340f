import Checksums
import StreamingCrypto
import Testing

@Suite("Scrypt")
struct ScryptTests {
    struct Vector: Sendable {
        let password: String
        let salt: String
        let n: UInt64
        let r: UInt64
        let p: UInt64
        let key: String
    }

    /// RFC 7914, section 12, without its last one, which takes a gigabyte.
    static let vectors = [
        Vector(
            password: "",
            salt: "",
            n: 16,
            r: 1,
            p: 1,
            key: "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        ),
        Vector(
            password: "password",
            salt: "NaCl",
            n: 1024,
            r: 8,
            p: 16,
            key: "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        ),
        Vector(
            password: "pleaseletmein",
            salt: "SodiumChloride",
            n: 16384,
            r: 8,
            p: 1,
            key: "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        ),
    ]

    @Test("the vectors of RFC 7914 come out", arguments: vectors)
    func published(vector: Vector) throws {
        let key = try Scrypt.key(
            password: Array(vector.password.utf8),
            salt: Array(vector.salt.utf8),
            cost: .init(n: vector.n, r: vector.r, p: vector.p),
            size: 64
        )
        #expect(Hex.encoded(key) == vector.key)
    }

    @Test("a cost that is no power of two is refused", arguments: [0, 1, 3, 1000])
    func invalidCost(n: UInt64) {
        #expect(throws: CipherError(.libraryFailed)) {
            try Scrypt.key(password: [1], salt: [2], cost: .init(n: n, r: 8, p: 1), size: 32)
        }
    }
}
