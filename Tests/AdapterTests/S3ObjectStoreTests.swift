import AWSAdapters
import AWSClient
import Clocks
import FoundationEssentials
import HTTPTransport
import SyncCore
import Testing

@Suite("Objects of a bucket", .tags(.integration), .enabled(if: Emulator.address != nil))
struct S3ObjectStoreTests {
    private func with(_ body: (S3ObjectStore, S3, String) async throws -> Void) async throws {
        try await Emulator.with { client, _ in
            let s3 = S3(client: client)
            let bucket = Emulator.unique("details")
            try await s3.createBucket(.init(bucket: bucket))
            try await body(S3ObjectStore(s3: s3, bucket: bucket, prefix: "p/"), s3, bucket)
        }
    }

    @Test(
        "metadata and media type go with an object",
        arguments: [(1_770_399_182_173, "1770399182.173"), (5, "0.005"), (-1500, "-1.500")] as [(Int64, String)]
    )
    func metadata(mtime: Int64, text: String) async throws {
        try await with { store, s3, bucket in
            let attributes = ObjectAttributes(
                contentType: "text/markdown; charset=utf-8",
                sha256: "ab12",
                sourceVersion: "7",
                mtime: Timestamp(milliseconds: mtime),
                path: VaultPath("sub/caf\u{E9} 1.md"),
                tags: ["provider": "fake", "vault": "notes-id"]
            )
            try await store.put(ObjectKey("a.md"), Array("hello".utf8), attributes)
            let head = try await s3.headObject(.init(bucket: bucket, key: "p/a.md"))
            #expect(head.contentType == "text/markdown; charset=utf-8")
            #expect(
                head.metadata == [
                    "sha256": "ab12", "source-version": "7", "mtime": text, "path": "sub/caf%C3%A9%201.md",
                ]
            )
        }
    }

    @Test("a key that is too long with its prefix is refused")
    func longKey() async throws {
        try await with { store, _, _ in
            let key = try ObjectKey(String(repeating: "x", count: 1023))
            let error = await #expect(throws: SyncError.self) { try await store.head(key) }
            #expect(error?.name == .nameRefused)
        }
    }

    @Test("a bucket that does not exist is an error of configuration")
    func missingBucket() async throws {
        try await with { _, s3, _ in
            let store = S3ObjectStore(s3: s3, bucket: Emulator.unique("never"), prefix: "")
            let attributes = ObjectAttributes(contentType: "text/plain")
            let error = await #expect(throws: SyncError.self) { try await store.put(ObjectKey("a"), [1], attributes) }
            #expect(error?.name == .invalidConfiguration)
        }
    }
}
