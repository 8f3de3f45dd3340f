import Checksums
import StreamingCrypto
import Testing

@testable import ObsidianSync

@Suite("Names and hashes")
struct NameCipherTests {
    @Test("no known answer is lost")
    func counts() throws {
        #expect(try Vectors.names().count == 92)
        #expect(try Vectors.hashes().count == 32)
        #expect(try Vectors.wrappingNames().count == 8)
        #expect(try Vectors.refused().filter { $0.kind == "name" }.count == 8)
    }

    @Test("names open to their very bytes", arguments: try Vectors.names())
    func names(vector: Vectors.Name) throws {
        let text = try Vectors.keys(ofVault: vector.vault, version: vector.version).nameCipher.open(vector.sealed)
        // Bytes, not strings: strings that differ in their Unicode form only are equal.
        #expect(Array(text.utf8) == Array(vector.text.utf8))
    }

    @Test("names of version 3 open with version 2", arguments: try Vectors.names().filter { $0.version == 3 })
    func versionTwo(vector: Vectors.Name) throws {
        let text = try Vectors.keys(ofVault: vector.vault, version: 2).nameCipher.open(vector.sealed)
        #expect(Array(text.utf8) == Array(vector.text.utf8))
    }

    @Test("hashes open", arguments: try Vectors.hashes())
    func hashes(vector: Vectors.Name) throws {
        let cipher = try Vectors.keys(ofVault: vector.vault, version: vector.version).nameCipher
        #expect(try cipher.open(vector.sealed) == vector.text)
    }

    @Test("names on which the counters differ open in both forms", arguments: try Vectors.wrappingNames())
    func wrapping(vector: Vectors.WrappingName) throws {
        let cipher = try Vectors.keys(ofVault: vector.vault, version: vector.version).nameCipher
        #expect(vector.sixteenBits != vector.wholeBlock)
        #expect(try cipher.open(vector.sixteenBits) == vector.text)
        #expect(try cipher.open(vector.wholeBlock) == vector.text)
    }

    @Test("and with the other counter they do not open", arguments: try Vectors.wrappingNames())
    func otherCounter(vector: Vectors.WrappingName) throws {
        let keys = try Vectors.keys(ofVault: vector.vault, version: vector.version)
        guard case .siv(let cipher) = keys.nameCipher else {
            Issue.record("no AES-SIV in version \(vector.version)")
            return
        }
        let sixteenBits = try Hex.decoded(vector.sixteenBits)
        let wholeBlock = try Hex.decoded(vector.wholeBlock)
        #expect(try cipher.open(sixteenBits, counter: .sixteenBits) == Array(vector.text.utf8))
        #expect(try cipher.open(wholeBlock, counter: .wholeBlock) == Array(vector.text.utf8))
        #expect(throws: CipherError(.authenticationFailed)) { try cipher.open(sixteenBits, counter: .wholeBlock) }
        #expect(throws: CipherError(.authenticationFailed)) { try cipher.open(wholeBlock, counter: .sixteenBits) }
    }

    @Test("broken names are refused", arguments: try Vectors.refused().filter { $0.kind == "name" })
    func refused(vector: Vectors.Refused) throws {
        let cipher = try Vectors.keys(ofVault: vector.vault, version: vector.version).nameCipher
        #expect(throws: CipherError.self) { try cipher.open(vector.sealed) }
    }
}
