import AWSAdapters
import AWSClient
import AWSSigning
import Foundation
import HTTPTransport
import SyncCore
import TestSupport
import Testing

/// A store that nobody here has written: rclone serves a folder, and passes over every checksum but Content-MD5.
@Suite("Objects in rclone's store", .tags(.integration), .enabled(if: TestTools.has("rclone")))
struct RcloneStoreTests {
    private let attributes = ObjectAttributes(contentType: "text/plain", sourceVersion: "7", tags: ["provider": "fake"])

    @Test("are checked by the one checksum that it checks, written, read, listed and deleted")
    func objects() async throws {
        try await withRcloneStore { store, folder in
            let bytes = [UInt8].varied(300_000)
            let key = try ObjectKey("Notes/a b.md")
            try await store.put(key, bytes, attributes)
            #expect(store.knowledge.abilities.checksum == .md5)
            #expect(try Array(Data(contentsOf: URL(filePath: folder + "/Notes/a b.md"))) == bytes)
            #expect(try await store.head(key)?.size == 300_000)
            let stream = try #require(try await store.read(key, from: 0))
            #expect(try await stream.collected().reduce(into: [], +=) == bytes)
            let listed = try await store.list("Notes/", after: nil).collected().flatMap(\.self)
            #expect(listed.map(\.key) == ["Notes/a b.md"])
            #expect(try await store.putIfAbsent(key, [1], attributes) == false)
            #expect(try await store.delete([key, ObjectKey("Notes/never.md")]).isEmpty)
            #expect(try await store.head(key) == nil)
        }
    }

    @Test("in parts arrive whole, whether the parts stream or not")
    func parts() async throws {
        try await withRcloneStore { store, folder in
            let part = [UInt8].varied(5 << 20)
            let key = try ObjectKey("clip.mp4")
            let upload = try await store.beginUpload(key, attributes, partSize: 5 << 20)
            var parts = [try await store.putPart(1, part, of: upload)]
            for number in 2...3 {
                parts.append(
                    try await store.putPart(number, Replay(part, chunkSize: 70_000), size: 5 << 20, of: upload)
                )
            }
            try await store.complete(upload, parts: parts)
            #expect(try Array(Data(contentsOf: URL(filePath: folder + "/clip.mp4"))) == part + part + part)
        }
    }
}

/// Runs rclone's store over a folder of this machine.
///
/// - Parameter body: is given the store, and the folder that its objects are in.
/// - Throws: what `body` throws, or the error of starting rclone.
func withRcloneStore(_ body: (S3ObjectStore, _ folder: String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
        try FileManager.default.createDirectory(
            atPath: folder + "/served/mirror",
            withIntermediateDirectories: true
        )
        try await TestTools.withRclone(serving: folder + "/served") { endpoint in
            try await AsyncHTTPClientTransport.with { transport in
                let client = AWSClient(
                    executor: transport,
                    credentials: StaticCredentialProvider(
                        Credential(accessKeyId: "testing", secretAccessKey: "testing")
                    ),
                    region: Region(rawValue: "us-east-1"),
                    endpoints: Endpoints(all: try Endpoint(parsing: endpoint)),
                    logger: .quiet
                )
                try await body(
                    S3ObjectStore(s3: S3(client: client), bucket: "mirror", prefix: "p/", blockSize: 100_000),
                    folder + "/served/mirror/p"
                )
            }
        }
    }
}
