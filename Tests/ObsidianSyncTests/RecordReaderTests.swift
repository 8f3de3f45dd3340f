import Clocks
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

@Suite("Records of a listing")
struct RecordReaderTests {
    /// A name of the vectors and the reader that opens it.
    private func sample() throws -> (name: Vectors.Name, reader: RecordReader) {
        let name = try #require(try Vectors.names().first { !$0.text.isEmpty })
        let cipher = try Vectors.keys(ofVault: name.vault, version: name.version).nameCipher
        return (name, RecordReader(cipher: cipher, logger: .quiet))
    }

    private func message(_ json: String) throws -> SocketMessage {
        try SocketMessage(text: Array(json.utf8))
    }

    @Test("a file has its path, its version, and the size of its content")
    func file() throws {
        var (name, reader) = try sample()
        let entry = reader.entry(
            of: try message(#"{"op":"push","uid":7,"path":"\#(name.sealed)","size":128,"mtime":1770399181000}"#)
        )
        #expect((entry.kind, entry.path.rawValue, entry.version, entry.handle) == (.file, name.text, 7, "7"))
        #expect(entry.size == 128 - Int64(BodyDecipher.overhead))
        #expect(entry.mtime == Timestamp(milliseconds: 1_770_399_181_000))
        #expect(entry.sha256 == "", "no hash is none that content could have")
        #expect(reader.unusable.isEmpty)
    }

    @Test("a deletion and a folder are told by their flags")
    func kinds() throws {
        var (name, reader) = try sample()
        let deleted = try message(#"{"op":"push","uid":8,"path":"\#(name.sealed)","deleted":1,"folder":true}"#)
        #expect(reader.entry(of: deleted).kind == .deletion)
        #expect(
            reader.entry(of: try message(#"{"op":"push","uid":9,"path":"\#(name.sealed)","folder":1}"#)).kind == .folder
        )
    }

    @Test("what cannot be used is left out and counted; times are held to what file systems keep")
    func unusable() throws {
        var (name, reader) = try sample()
        let entry = reader.entry(
            of: try message(
                #"{"op":"push","uid":7,"path":"\#(name.sealed)","size":-5,"mtime":9e18,"relatedpath":"zz"}"#
            )
        )
        #expect(entry.size == nil)
        #expect(entry.mtime == Timestamp(milliseconds: 15_032_385_535_000))
        #expect(entry.previousPath == nil)
        #expect(reader.unusable == ["size": 1, "relatedpath": 1])
    }

    @Test("a path that cannot be deciphered has a stand-in that its deletion finds")
    func unreadable() throws {
        var (_, reader) = try sample()
        let entry = reader.entry(of: try message(#"{"op":"push","uid":7,"path":"00ff"}"#))
        #expect(entry.kind == .unreadable)
        #expect(entry.path.isStandIn)
        let deleted = reader.entry(of: try message(#"{"op":"push","uid":9,"path":"00ff","deleted":true}"#))
        #expect((deleted.kind, deleted.path) == (.deletion, entry.path))
    }
}
