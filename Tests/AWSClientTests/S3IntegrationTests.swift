import AWSSigning
import Crypto
import FoundationEssentials
import HTTPTransport
import NIOCore
import Testing

@testable import AWSClient

extension Tag {
    /// Talks to an emulator of AWS on loopback.
    @Tag static var integration: Self
}

/// The emulator that `make test` starts.
enum Emulator {
    static let address = ProcessInfo.processInfo.environment["OBSYNC_TEST_AWS_ENDPOINT"]

    static func with(_ body: (AWSClient) async throws -> Void) async throws {
        let endpoint = try Endpoint(parsing: try #require(address))
        try await AsyncHTTPClientTransport.with { transport in
            try await body(
                AWSClient(
                    executor: transport,
                    credentials: StaticCredentialProvider(
                        Credential(accessKeyId: "testing", secretAccessKey: "testing")
                    ),
                    region: Region(rawValue: "eu-central-1"),
                    endpoints: Endpoints(all: endpoint),
                    logger: testLogger
                )
            )
        }
    }

    static func unique(_ prefix: String) -> String {
        prefix + "-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }
}

private let nastyKeys = [
    "plain.md", "with space/and  two.md", "plus+and%percent%20.md", "emoji \u{1F600}.md", "e\u{301}-decomposed.md",
    "\u{E9}-composed.md", "quotes '\"<&>.md", "a..b/..hidden/c...md", "semi;colon=equals&amp;?#.md",
    "back\\slash|pipe.md", "ünïcödé/日本語.md", "~tilde!*'().md", "trailing space ",
    "up/../and/./down.md", "double//slash.md", "..",
]

@Suite("S3 against an emulator", .tags(.integration), .enabled(if: Emulator.address != nil))
struct S3IntegrationTests {
    @Test("objects with nasty keys are written, read, copied, listed and deleted")
    func nastyKeysRoundTrip() async throws {
        try await Emulator.with { client in
            let s3 = S3(client: client)
            let bucket = Emulator.unique("keys")
            try await s3.createBucket(.init(bucket: bucket))
            for key in nastyKeys {
                try await roundTrip(key, bucket: bucket, s3: s3)
            }
            let listed = try await allKeys(of: bucket, s3: s3, pageSize: 3)
            #expect(Set(listed) == Set(nastyKeys.map { Array($0.utf8) }))
            #expect(listed.count == nastyKeys.count)
            try await s3.deleteObject(.init(bucket: bucket, key: nastyKeys[0])).expectNoMarker()
            let outcome = try await s3.deleteObjects(
                .init(bucket: bucket, objects: nastyKeys.dropFirst().map { .init(key: $0) })
            )
            #expect(outcome.errors.isEmpty)
            #expect(outcome.deleted.count == nastyKeys.count - 1)
            #expect(try await allKeys(of: bucket, s3: s3, pageSize: 1000).isEmpty)
        }
    }

    private func roundTrip(_ key: String, bucket: String, s3: S3) async throws {
        let content = ByteBuffer(string: "content of " + key)
        let written = try await s3.putObject(
            .init(
                body: .init(buffer: content),
                bucket: bucket,
                checksumSHA256: content.base64SHA256,
                contentType: "text/markdown",
                key: key,
                metadata: ["mtime": "1700000000.5"],
                tagging: [.init(key: "provider", value: "a b+c")]
            )
        )
        let read = try await s3.getObject(.init(bucket: bucket, checksumMode: .enabled, key: key))
        #expect(try await read.body.collect(upTo: 1 << 20) == content)
        #expect(read.eTag == written.eTag)
        #expect(read.metadata == ["mtime": "1700000000.5"])
        let copied = try await s3.copyObject(
            .init(
                bucket: bucket,
                contentType: "text/plain",
                copySourceBucket: bucket,
                copySourceKey: key,
                key: key,
                metadata: ["copied": "yes"]
            )
        )
        #expect(copied.eTag != nil)
        let head = try await s3.headObject(.init(bucket: bucket, key: key))
        #expect(head.contentLength == Int64(content.readableBytes))
        #expect(head.contentType == "text/plain")
        #expect(head.metadata == ["copied": "yes"])
        #expect(head.lastModified != nil)
    }

    private func allKeys(of bucket: String, s3: S3, pageSize: Int) async throws -> [[UInt8]] {
        var keys: [[UInt8]] = []
        for try await page in s3.listObjectsV2Paginator(.init(bucket: bucket, maxKeys: pageSize)) {
            keys += page.contents.map { Array($0.key.utf8) }
        }
        return keys
    }

    @Test("a range, a missing object and a failed condition answer as documented")
    func rangesAndConditions() async throws {
        try await Emulator.with { client in
            let s3 = S3(client: client)
            let bucket = Emulator.unique("ranges")
            try await s3.createBucket(.init(bucket: bucket))
            let body = AWSHTTPBody(buffer: ByteBuffer(string: "0123456789"))
            _ = try await s3.putObject(.init(body: body, bucket: bucket, key: "k"))
            let part = try await s3.getObject(.init(bucket: bucket, key: "k", range: "bytes=2-4"))
            #expect(String(buffer: try await part.body.collect(upTo: 100)) == "234")
            #expect(part.contentRange == "bytes 2-4/10")
            let missing = try await awsError { try await s3.getObject(.init(bucket: bucket, key: "none")) }
            #expect(missing.code == .noSuchKey)
            let noHead = try await awsError { try await s3.headObject(.init(bucket: bucket, key: "none")) }
            #expect(noHead.code == .notFound)
            let exists = try await awsError {
                try await s3.putObject(.init(body: body, bucket: bucket, ifNoneMatch: "*", key: "k"))
            }
            #expect(exists.code == .preconditionFailed)
            let wrong = try await awsError {
                try await s3.getObject(.init(bucket: bucket, ifMatch: "\"other\"", key: "k"))
            }
            #expect(wrong.code == .preconditionFailed)
        }
    }

    @Test("an upload of three parts becomes one object")
    func multipart() async throws {
        try await Emulator.with { client in
            let s3 = S3(client: client)
            let bucket = Emulator.unique("parts")
            let key = "video \u{1F3A5}.mp4"
            try await s3.createBucket(.init(bucket: bucket))
            let upload = try await s3.createMultipartUpload(
                .init(bucket: bucket, checksumAlgorithm: .sha256, contentType: "video/mp4", key: key)
            )
            let open = try await s3.listMultipartUploads(.init(bucket: bucket))
            #expect(open.uploads.map(\.uploadId) == [upload.uploadId])
            #expect(open.uploads.first.map { Array($0.key.utf8) } == Array(key.utf8))
            var parts: [S3.CompletedPart] = []
            for (number, size) in [(1, 5 << 20), (2, 5 << 20), (3, 1234)] {
                let bytes = ByteBuffer(repeating: UInt8(number), count: size)
                let part = try await s3.uploadPart(
                    .init(
                        body: .init(buffer: bytes),
                        bucket: bucket,
                        checksumSHA256: bytes.base64SHA256,
                        key: key,
                        partNumber: number,
                        uploadId: upload.uploadId
                    )
                )
                let eTag = try #require(part.eTag)
                parts.append(.init(checksumSHA256: bytes.base64SHA256, eTag: eTag, partNumber: number))
            }
            let listed = try await s3.listParts(.init(bucket: bucket, key: key, uploadId: upload.uploadId))
            #expect(listed.parts.map(\.size) == [5 << 20, 5 << 20, 1234])
            #expect(listed.parts.map(\.eTag) == parts.map(\.eTag))
            let completed = try await s3.completeMultipartUpload(
                .init(bucket: bucket, key: key, parts: parts, uploadId: upload.uploadId)
            )
            #expect(completed.eTag?.contains("-3") == true)
            let head = try await s3.headObject(.init(bucket: bucket, key: key))
            #expect(head.contentLength == Int64((10 << 20) + 1234))
        }
    }

    @Test("an aborted upload is gone")
    func abort() async throws {
        try await Emulator.with { client in
            let s3 = S3(client: client)
            let bucket = Emulator.unique("abort")
            try await s3.createBucket(.init(bucket: bucket))
            let upload = try await s3.createMultipartUpload(.init(bucket: bucket, key: "k"))
            try await s3.abortMultipartUpload(.init(bucket: bucket, key: "k", uploadId: upload.uploadId))
            #expect(try await s3.listMultipartUploads(.init(bucket: bucket)).uploads.isEmpty)
        }
    }
}

extension S3.DeleteObjectOutput {
    fileprivate func expectNoMarker() {
        #expect(!deleteMarker)
    }
}
