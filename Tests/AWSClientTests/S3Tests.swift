import FoundationEssentials
import HTTPTransport
import NIOCore
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("S3 requests and answers")
struct S3Tests {
    private let host = "https://bucket.s3.eu-central-1.amazonaws.com/"
    private let body = AWSHTTPBody(buffer: ByteBuffer(string: "x"))

    private func sent<Output>(
        _ reply: ScriptedExecutor.Reply,
        _ call: (S3) async throws -> Output
    ) async throws -> (HTTPRequest, Output) {
        let executor = ScriptedExecutor(reply)
        let output = try await call(S3(client: client(executor, retry: .never)))
        return (try #require(executor.requests.first), output)
    }

    @Test("putObject sends every property as its header field and answers what S3 says")
    func putObject() async throws {
        let reply = ScriptedExecutor.Reply.answer(
            200,
            [
                "ETag": "\"e\"", "x-amz-version-id": "v", "x-amz-checksum-sha256": "s",
                "x-amz-server-side-encryption": "aws:kms",
            ]
        )
        let (request, output) = try await sent(reply) {
            try await $0.putObject(
                .init(
                    body: body,
                    bucket: "bucket",
                    checksumSHA256: "abc=",
                    contentType: "text/plain",
                    ifNoneMatch: "*",
                    key: "k",
                    metadata: ["mtime": "1"],
                    serverSideEncryption: .awsKms,
                    ssekmsKeyId: "key",
                    tagging: [.init(key: "b c", value: "1&2"), .init(key: "a", value: "")]
                )
            )
        }
        let expected = [
            "Content-Type": "text/plain", "If-None-Match": "*", "x-amz-checksum-sha256": "abc=",
            "x-amz-sdk-checksum-algorithm": "SHA256", "x-amz-meta-mtime": "1",
            "x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": "key",
            "x-amz-tagging": "a=&b%20c=1%262",
        ]
        for (name, value) in expected { #expect(request.headers[name] == [value]) }
        #expect(request.method == .PUT)
        #expect(request.url == host + "k")
        #expect(request.bodyText == "x")
        #expect(output.eTag == "\"e\"")
        #expect(output.versionId == "v")
        #expect(output.checksumSHA256 == "s")
        #expect(output.serverSideEncryption == .awsKms)
    }

    @Test("a bucket that has to belong to an account is asked for in its name, and so is the source of a copy")
    func owner() async throws {
        let executor = ScriptedExecutor(.answer(200, [:]), .answer(200, [:]), .answer(200, [:]))
        let s3 = S3(client: client(executor, retry: .never), owners: ["bucket": "111122223333"])
        _ = try await s3.putObject(.init(body: body, bucket: "bucket", key: "k"))
        _ = try await s3.putObject(.init(body: body, bucket: "other", key: "k"))
        _ = try? await s3.copyObject(
            .init(bucket: "bucket", copySourceBucket: "bucket", copySourceKey: "k", key: "l")
        )
        let name = "x-amz-expected-bucket-owner"
        #expect(executor.requests.map { $0.headers[name] } == [["111122223333"], [], ["111122223333"]])
        #expect(executor.requests.last?.headers["x-amz-source-expected-bucket-owner"] == ["111122223333"])
    }

    @Test(
        "a header field that cannot be sent is refused before anything is",
        arguments: [
            ["mtime": "é"], ["mtime": "a\r\nx-amz-acl: public-read"], ["": "v"], ["a b": "v"], ["ü": "v"], ["n:": "v"],
        ]
    )
    func metadata(_ metadata: [String: String]) async throws {
        let s3 = S3(client: client(ScriptedExecutor()))
        let error = try await awsError {
            try await s3.putObject(.init(body: body, bucket: "bucket", key: "k", metadata: metadata))
        }
        #expect(error.code == .invalidRequest)
        #expect(error.operation == "PutObject")
    }

    @Test("getObject streams the body and tells what is known of the object")
    func getObject() async throws {
        let reply = ScriptedExecutor.Reply.answer(
            206,
            [
                "Content-Range": "bytes 0-3/9", "Content-Length": "4", "x-amz-meta-Mtime": "7",
                "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT", "x-amz-checksum-crc64nvme": "c",
                "x-amz-checksum-type": "FULL_OBJECT",
            ],
            "data"
        )
        let (request, output) = try await sent(reply) {
            try await $0.getObject(
                .init(bucket: "bucket", checksumMode: .enabled, ifMatch: "\"e\"", key: "k", range: "bytes=0-3")
            )
        }
        #expect(request.method == .GET)
        #expect(request.headers["Range"] == ["bytes=0-3"])
        #expect(request.headers["If-Match"] == ["\"e\""])
        #expect(request.headers["x-amz-checksum-mode"] == ["ENABLED"])
        #expect(String(buffer: try await output.body.collect(upTo: 4)) == "data")
        #expect(output.contentRange == "bytes 0-3/9")
        #expect(output.contentLength == 4)
        #expect(output.metadata == ["mtime": "7"])
        #expect(output.lastModified == Date(timeIntervalSince1970: 784_111_777))
        #expect(output.checksumCRC64NVME == "c")
        #expect(output.checksumType == .fullObject)
    }

    @Test("a body larger than the caller accepts is not collected")
    func collectLimit() async throws {
        let (_, output) = try await sent(.answer(200, [:], "12345")) {
            try await $0.getObject(.init(bucket: "bucket", key: "k"))
        }
        let error = try await awsError { try await output.body.collect(upTo: 4) }
        #expect(error.code == .malformedResponse)
    }

    @Test("the body of an answer, whose length is open, cannot be sent")
    func bodyWithoutLength() async throws {
        let executor = ScriptedExecutor(.answer(200, [:], "data"))
        let s3 = S3(client: client(executor))
        let read = try await s3.getObject(.init(bucket: "bucket", key: "k"))
        let error = try await awsError {
            try await s3.putObject(.init(body: read.body, bucket: "bucket", key: "copy"))
        }
        #expect(error.code == .invalidRequest)
        #expect(executor.requests.count == 1)
    }

    @Test("deleteObjects spells keys in XML and answers for each")
    func deleteObjects() async throws {
        let answer = """
            <DeleteResult><Deleted><Key>a&amp;b</Key></Deleted>
            <Error><Key>c</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>
            """
        let (request, output) = try await sent(.answer(200, [:], answer)) {
            try await $0.deleteObjects(
                .init(bucket: "bucket", objects: [.init(key: "a&b"), .init(key: "c", versionId: "1")])
            )
        }
        #expect(request.url == host + "?delete=")
        #expect(request.bodyText?.contains("<Object><Key>a&amp;b</Key></Object>") == true)
        #expect(request.bodyText?.contains("<Object><Key>c</Key><VersionId>1</VersionId></Object>") == true)
        let checksum = ByteBuffer(string: request.bodyText ?? "").base64SHA256
        #expect(request.headers["x-amz-checksum-sha256"] == [checksum])
        #expect(output.deleted == [.init(key: "a&b", versionId: nil)])
        #expect(output.errors == [.init(code: .accessDenied, key: "c", message: "no", versionId: nil)])
    }

    @Test("deleteObjects refuses what cannot be spelled, and too much or nothing")
    func deleteObjectsRefuses() async throws {
        let s3 = S3(client: client(ScriptedExecutor()))
        let lists: [[S3.ObjectIdentifier]] = [
            [], Array(repeating: .init(key: "k"), count: 1001), [.init(key: "a\u{1}")], [.init(key: "")],
        ]
        for objects in lists {
            let error = try await awsError { try await s3.deleteObjects(.init(bucket: "bucket", objects: objects)) }
            #expect(error.code == .invalidRequest)
        }
    }

    @Test("copyObject encodes its source and replaces metadata and tags")
    func copyObject() async throws {
        let answer =
            "<CopyObjectResult><ETag>e</ETag><LastModified>2015-08-30T12:36:00.000Z</LastModified></CopyObjectResult>"
        let (request, output) = try await sent(.answer(200, [:], answer)) {
            try await $0.copyObject(
                .init(
                    bucket: "bucket",
                    copySourceBucket: "source",
                    copySourceIfMatch: "e",
                    copySourceKey: "a b/é+",
                    key: "k",
                    metadata: ["m": "1"]
                )
            )
        }
        #expect(request.headers["x-amz-copy-source"] == ["/source/a%20b/%C3%A9%2B"])
        #expect(request.headers["x-amz-copy-source-if-match"] == ["e"])
        #expect(request.headers["x-amz-metadata-directive"] == ["REPLACE"])
        #expect(request.headers["x-amz-tagging-directive"] == ["REPLACE"])
        #expect(request.headers["x-amz-meta-m"] == ["1"])
        #expect(output.lastModified == Date(timeIntervalSince1970: 1_440_938_160))
    }

    @Test("a listing asks for encoded keys, decodes them, and goes on where the page ended")
    func listing() async throws {
        let first = """
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType>
            <IsTruncated>true</IsTruncated><NextContinuationToken>t/+=</NextContinuationToken>
            <Contents><Key>a+b%2Bc</Key><Size>5</Size><ETag>&quot;e&quot;</ETag></Contents>
            <CommonPrefixes><Prefix>p+q/</Prefix></CommonPrefixes></ListBucketResult>
            """
        let second = """
            <ListBucketResult><IsTruncated>false</IsTruncated>
            <Contents><Key>a+b</Key><Size>0</Size></Contents></ListBucketResult>
            """
        let executor = ScriptedExecutor(.answer(200, [:], first), .answer(200, [:], second))
        var pages: [S3.ListObjectsV2Output] = []
        let request = S3.ListObjectsV2Request(bucket: "bucket", delimiter: "/", maxKeys: 1, prefix: "a b")
        for try await page in S3(client: client(executor)).listObjectsV2Paginator(request) { pages.append(page) }
        #expect(pages.map { $0.contents.map(\.key) } == [["a b+c"], ["a+b"]])
        #expect(pages[0].contents[0].eTag == "\"e\"")
        #expect(pages[0].commonPrefixes == ["p q/"])
        let common = "delimiter=%2F&encoding-type=url&list-type=2&max-keys=1&prefix=a%20b"
        #expect(
            executor.requests.map(\.url) == [
                host + "?" + common, host + "?continuation-token=t%2F%2B%3D&" + common,
            ]
        )
    }

    @Test("a listing that breaks off is an error and never a short listing")
    func brokenListing() async throws {
        let truncated = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"
        let noSize = "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>"
        for answer in [truncated, noSize] {
            let s3 = S3(client: client(ScriptedExecutor(.answer(200, [:], answer))))
            let error = try await awsError {
                for try await _ in s3.listObjectsV2Paginator(.init(bucket: "bucket")) {}
            }
            #expect(error.code == .malformedResponse)
        }
    }

    @Test("createBucket names its region")
    func createBucket() async throws {
        let (request, _) = try await sent(.answer(200)) { try await $0.createBucket(.init(bucket: "bucket")) }
        #expect(request.bodyText?.contains("<LocationConstraint>eu-central-1<") == true)
    }
}
