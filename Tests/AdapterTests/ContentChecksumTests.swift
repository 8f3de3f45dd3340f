import SyncCore
import Testing

@testable import AWSAdapters
@testable import AWSClient

@Suite("What vouches for the bytes of a request")
struct ContentChecksumTests {
    private static let bytes = Array("123456789".utf8)

    @Test(
        "is spelled as S3 spells it",
        arguments: [
            (StoreAbilities.Checksum.crc64nvme, "rosUhgp5mIg="), (.crc32c, "4waSgw=="),
            (.sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="), (.md5, "JfnnlDI7RTiF9RgfG2JNCw=="),
        ]
    )
    func values(kind: StoreAbilities.Checksum, value: String) {
        let checksum = ContentChecksum(kind, of: Self.bytes)
        let running = RunningChecksum(kind)
        running.update(Array(Self.bytes[..<4]))
        running.update(Array(Self.bytes[4...]))
        #expect(running.checksum == checksum)
        #expect(checksum.value == value)
        let named = [checksum.crc64nvme, checksum.crc32c, checksum.sha256, checksum.md5].compactMap { $0 }
        #expect(named == [checksum.value])
    }

    @Test("a store that has received other bytes is told so, and one that says nothing has not checked them")
    func answers() throws {
        let sent = ContentChecksum(.crc32c, of: Self.bytes)
        func answer(_ crc32c: String?) -> AnsweredChecksum {
            AnsweredChecksum(
                S3.PutObjectOutput(
                    checksumCRC32C: crc32c,
                    checksumCRC64NVME: nil,
                    checksumSHA256: nil,
                    eTag: nil,
                    serverSideEncryption: nil,
                    versionId: nil
                )
            )
        }
        #expect(try !answer(nil).agrees(with: sent))
        #expect(try answer(sent.value).agrees(with: sent))
        let error = #expect(throws: SyncError.self) { try answer("AAAAAA==").agrees(with: sent) }
        #expect(error?.name == .storeUnavailable)
        let md5 = ContentChecksum(.md5, of: Self.bytes)
        #expect(try answer(nil).agrees(with: md5), "the store itself refuses what has another MD5")
    }
}
