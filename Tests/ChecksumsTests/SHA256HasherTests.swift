import Checksums
import Testing

@Suite("SHA-256")
struct SHA256HasherTests {
    @Test(
        "the digests of FIPS 180 come out",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func published(text: String, digest: String) {
        var hasher = SHA256Hasher()
        hasher.update(Array(text.utf8))
        #expect(hasher.hexDigest() == digest)
    }

    @Test("cuts do not change a digest, nor does asking for it")
    func cuts() {
        var whole = SHA256Hasher()
        whole.update([UInt8](0...255))
        var pieces = SHA256Hasher()
        for byte in UInt8.min ... .max {
            pieces.update([byte])
            pieces.update([])
            _ = pieces.hexDigest()
        }
        #expect(pieces.hexDigest() == whole.hexDigest())
    }

    @Test("a copy goes its own way")
    func copies() {
        var original = SHA256Hasher()
        original.update([1])
        var copy = original
        copy.update([2])
        #expect(original.hexDigest() != copy.hexDigest())
        original.update([2])
        #expect(original.hexDigest() == copy.hexDigest())
    }
}
