import ArgumentParser
import SyncCore
import Testing

@testable import obsync

@Suite("the address of a mirror")
struct MirrorAddressTests {
    @Test("a folder is a folder, with a colon in its name as well")
    func folders() throws {
        #expect(try MirrorAddress("/data/vaults/") == .folder("/data/vaults/"))
        #expect(try MirrorAddress("/data/s3:/x") == .folder("/data/s3:/x"))
    }

    @Test(
        "a bucket has a prefix that ends in a slash, or none",
        arguments: [
            ("s3://bucket", ""), ("s3://bucket/", ""), ("s3://bucket/a/b", "a/b/"), ("S3://bucket/a//", "a/"),
            ("s3://bucket/\u{E9}t\u{E9} 1", "\u{E9}t\u{E9} 1/"),
        ]
    )
    func buckets(text: String, prefix: String) throws {
        #expect(try MirrorAddress(text) == .bucket("bucket", prefix: prefix))
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", " ", "s3://", "s3:///x", "s3:bucket", "s3:/bucket/x", "s3://Bad_Name/x", "https://example.com/x",
            "s3://ab",
            "s3://bucket//x", "s3://bucket/a/../b", "s3://bucket/./b", "s3://bucket/a\nb", "s3://bucket/state/x",
            "s3://bucket/.obsync",
        ]
    )
    func refused(text: String) {
        let error = #expect(throws: SyncError.self) { try MirrorAddress(text) }
        #expect(error?.name == .invalidInput)
    }

    @Test("options of a store are refused for a folder, and an address where a folder of this machine is meant")
    func options() throws {
        for options in [
            ["--endpoint-url", "https://nas"], ["--path-style"], ["--insecure"], ["--state", "s3://x/y"],
            ["--profile", "nas"], ["--region", "eu-central-1"],
        ] {
            let error = #expect(throws: SyncError.self) { try PlaceOptions.parse(options).place("mirror") }
            #expect(error?.name == .invalidInput)
        }
    }

    @Test("every command names one mirror: by --dest, or that of a deployment")
    func mirror() throws {
        func parse(_ arguments: String...) throws -> MirrorOptions { try MirrorOptions.parse(arguments) }
        guard case .place(let bucket as BucketPlace) = try parse("--dest", "s3://a-b-c", "--profile", "p").mirror()
        else {
            Issue.record("this is no bucket")
            return
        }
        #expect(bucket.settings.arguments == ["--profile", "p"] && bucket.arguments.contains("s3://a-b-c"))
        for arguments in [["--aws"], ["--stack", "x"], ["--profile", "p"]] {
            guard case .deployment = try MirrorOptions.parse(arguments).mirror() else {
                Issue.record("\(arguments) names no deployment")
                return
            }
        }
        #expect(throws: SyncError.self) { try parse().mirror() }
        #expect(throws: (any Error).self) { try parse("--dest", "x", "--aws") }
    }
}
