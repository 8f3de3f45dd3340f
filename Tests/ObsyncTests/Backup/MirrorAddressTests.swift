import SyncCore
import Testing

@testable import obsync

@Suite("the address of a mirror")
struct MirrorAddressTests {
    @Test("a folder is a folder, with a colon in its name as well")
    func folders() throws {
        #expect(try MirrorAddress("/data/vaults/") == .folder(LocalFolder("/data/vaults")))
        #expect(try MirrorAddress("/data/s3:/x") == .folder(LocalFolder("/data/s3:/x")))
    }

    @Test(
        "a bucket has a prefix that ends in a slash, or none",
        arguments: [
            ("s3://bucket", ""), ("s3://bucket/", ""), ("s3://bucket/a/b", "a/b/"), ("S3://bucket/a//", "a/"),
        ]
    )
    func buckets(text: String, prefix: String) throws {
        #expect(try MirrorAddress(text) == .bucket("bucket", prefix: prefix))
    }

    @Test(
        "anything else is refused",
        arguments: ["", "s3://", "s3:///x", "s3://Bad_Name/x", "https://example.com/x", "s3://ab"]
    )
    func refused(text: String) {
        let error = #expect(throws: SyncError.self) { try MirrorAddress(text) }
        #expect(error?.name == .invalidInput)
    }
}
