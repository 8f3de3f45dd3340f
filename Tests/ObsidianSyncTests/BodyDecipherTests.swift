import Checksums
import Crypto
import FoundationEssentials
import StreamingCrypto
import Testing

@testable import ObsidianSync

@Suite("Bodies")
struct BodyDecipherTests {
    @Test("no known answer is lost")
    func counts() throws {
        #expect(try Vectors.bodies().count == 28)
        #expect(try Vectors.largeBodies().count == 10)
        #expect(try Vectors.refused().filter { $0.kind == "body" }.count == 10)
        #expect(try Vectors.refused().count == 18)
    }

    /// Deciphers pieces one after the other.
    private static func open(_ pieces: [[UInt8]], key: [UInt8]) throws -> [UInt8] {
        var decipher = BodyDecipher(key: key)
        var content: [UInt8] = []
        for piece in pieces { content += try decipher.update(piece) }
        try decipher.finish()
        return content
    }

    private static func cut(_ bytes: [UInt8], every size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }

    @Test("bodies open, whole and in pieces of any size", arguments: try Vectors.bodies())
    func bodies(vector: Vectors.Body) throws {
        let key = try Vectors.keys(ofVault: vector.vault, version: vector.version).contentKey
        let body = try Hex.decoded(vector.body)
        for size in [1, 7, 12, 13, 16, 28, 29, max(1, body.count)] {
            #expect(Hex.encoded(try Self.open(Self.cut(body, every: size), key: key)) == vector.content)
        }
    }

    @Test("large bodies open piece by piece", arguments: try Vectors.largeBodies())
    func largeBodies(vector: Vectors.LargeBody) throws {
        let keys = try Vectors.keys(ofVault: vector.vault, version: vector.version)
        let content = Self.content(seed: vector.seed, size: vector.size)
        #expect(Hex.encoded(SHA256.hash(data: content)) == vector.sha256)
        let sealed = try AES.GCM.seal(
            content,
            using: SymmetricKey(data: keys.contentKey),
            nonce: AES.GCM.Nonce(data: try Hex.decoded(vector.iv))
        )
        let body = try #require(sealed.combined)
        #expect(Hex.encoded(SHA256.hash(data: body)) == vector.bodyHash)
        #expect(body.count == vector.pieceSizes.reduce(0, +))

        var decipher = BodyDecipher(key: keys.contentKey)
        var hash = SHA256()
        var offset = body.startIndex
        for (size, pieceHash) in zip(vector.pieceSizes, vector.pieceHashes) {
            let piece = Array(body[offset..<(offset + size)])
            offset += size
            #expect(Hex.encoded(SHA256.hash(data: piece)) == pieceHash)
            hash.update(data: try decipher.update(piece))
        }
        try decipher.finish()
        #expect(Hex.encoded(hash.finalize()) == vector.sha256)
        #expect(try keys.nameCipher.open(vector.sealedHash) == vector.sha256)
    }

    /// SHA-256 of the seed and a number of four bytes, number after number, cut to the size.
    private static func content(seed: String, size: Int) -> Data {
        var content = Data(capacity: size + 32)
        var prefix = SHA256()
        prefix.update(data: Array(seed.utf8))
        var number: UInt32 = 0
        while content.count < size {
            var hash = prefix
            withUnsafeBytes(of: number.bigEndian) { hash.update(bufferPointer: $0) }
            hash.finalize().withUnsafeBytes { content.append(contentsOf: $0) }
            number += 1
        }
        return content.prefix(size)
    }

    @Test("broken bodies are refused", arguments: try Vectors.refused().filter { $0.kind == "body" })
    func refused(vector: Vectors.Refused) throws {
        let key = try Vectors.keys(ofVault: vector.vault, version: vector.version).contentKey
        let body = try Hex.decoded(vector.sealed)
        #expect(throws: CipherError.self) { try Self.open([body], key: key) }
        #expect(throws: CipherError.self) { try Self.open(Self.cut(body, every: 1), key: key) }
    }

    @Test("a body without a byte is malformed: an empty file has none at all")
    func nothing() {
        #expect(throws: CipherError(.malformed)) { try BodyDecipher(key: [UInt8](repeating: 0, count: 32)).finish() }
    }
}
