import AWSSigning
import NIOHTTP1
import Simulators
import Testing

@Suite("What the S3 simulator refuses")
struct S3RefusalTests {
    private let put = S3TestRequest().body("hello")

    @Test("a signature that is not right for what was sent")
    func signatures() async throws {
        try await S3TestClient.run { client in
            try await client.expect(put, 200)
            let wrongKey = Credential(accessKeyId: "testing", secretAccessKey: "other")
            try await client.expect(put.with { $0.credential = wrongKey }, 403, "SignatureDoesNotMatch")
            let stranger = Credential(accessKeyId: "stranger", secretAccessKey: "testing")
            try await client.expect(put.with { $0.credential = stranger }, 403, "InvalidAccessKeyId")
            try await client.expect(put.with { $0.region = "us-east-1" }, 400, "AuthorizationHeaderMalformed")
            let unsigned = put.with { $0.unsigned = [("x-amz-meta-late", "1")] }
            try await client.expect(unsigned, 403, "AccessDenied")
            let otherBody = put.with { $0.payload = .sha256(Array("other".utf8)) }
            try await client.expect(otherBody, 400, "XAmzContentSHA256Mismatch")
        }
    }

    @Test("an unsigned body without TLS, unless loopback counts as safe")
    func unsignedPayload() async throws {
        let unsigned = put.with { $0.payload = .unsigned }
        try await S3TestClient.run { try await $0.expect(unsigned, 200) }
        try await S3TestClient.run {
            $0.takesLoopbackForTLS = false
        } _: {
            try await $0.expect(unsigned, 400, "InvalidRequest")
        }
    }

    @Test("a clock that is off by more than a quarter of an hour")
    func clock() async throws {
        try await S3TestClient.run { client in
            try await client.expect(put.with { $0.time += 890 }, 200)
            try await client.expect(put.with { $0.time += 910 }, 403, "RequestTimeTooSkewed")
            try await client.expect(put.with { $0.time -= 910 }, 403, "RequestTimeTooSkewed")
        }
    }

    @Test("temporary keys without their token, with another one, and after their time")
    func tokens() async throws {
        func request(_ id: String, _ token: String?) -> S3TestRequest {
            put.with { $0.credential = Credential(accessKeyId: id, secretAccessKey: "s", sessionToken: token) }
        }
        try await S3TestClient.run {
            $0.credentials = [
                S3Credential(accessKeyID: "a", secretAccessKey: "s", sessionToken: "t", expires: S3TestClient.now + 1),
                S3Credential(accessKeyID: "b", secretAccessKey: "s", sessionToken: "t", expires: S3TestClient.now - 1),
            ]
        } _: { client in
            try await client.expect(request("a", "t"), 200)
            try await client.expect(request("a", "other"), 400, "InvalidToken")
            try await client.expect(request("a", nil), 403, "InvalidAccessKeyId")
            try await client.expect(request("b", "t"), 400, "ExpiredToken")
        }
    }

    @Test("a body that is not the one that was meant")
    func digests() async throws {
        try await S3TestClient.run { client in
            try await client.expect(put.header("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="), 200)
            try await client.expect(put.header("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="), 400, "BadDigest")
            try await client.expect(put.header("Content-MD5", "short"), 400, "InvalidDigest")
            let other = base64SHA256("other")
            try await client.expect(put.header("x-amz-checksum-sha256", base64SHA256("hello")), 200)
            try await client.expect(put.header("x-amz-checksum-sha256", other), 400, "BadDigest")
            try await client.expect(put.header("x-amz-checksum-sha256", "AAAA"), 400, "InvalidRequest")
            try await client.expect(put.header("x-amz-checksum-crc32c", "mnG7TA=="), 200)
            try await client.expect(put.header("x-amz-checksum-crc32c", "mnG7TQ=="), 400, "BadDigest")
            try await client.expect(put.header("x-amz-checksum-crc64nvme", "M3eFcAZSQlc="), 200)
            try await client.expect(put.header("x-amz-checksum-crc64nvme", "M3eFcAZSQlg="), 400, "BadDigest")
            try await client.expect(put.header("x-amz-sdk-checksum-algorithm", "SHA256"), 400, "InvalidRequest")
            let two = put.header("x-amz-checksum-sha256", base64SHA256("hello"))
                .header("x-amz-checksum-crc32c", "mnG7TA==")
            try await client.expect(two, 400, "InvalidRequest")
        }
    }

    @Test("a body without a length, one that is cut short, and one that is too large")
    func lengths() async throws {
        try await S3TestClient.run { client in
            let silent = S3TestRequest().with { $0.announcedLength = -1 }
            try await client.expect(silent, 411, "MissingContentLength")
            let chunked = silent.with { $0.unsigned = [("Transfer-Encoding", "chunked")] }
            try await client.expect(chunked, 501, "NotImplemented")
            try await client.expect(put.with { $0.announcedLength = 6 }, 400, "IncompleteBody")
            // The client waits before it sends so much.
            let huge = put.with { request in
                request.unsigned = [("Expect", "100-continue")]
                request.announcedLength = (5 << 30) + 1
            }
            try await client.expect(huge, 400, "EntityTooLarge")
            let upload = try await client.begin()
            let part = huge.with { $0.query = client.part(1, of: upload).query }
            try await client.expect(part, 400, "EntityTooLarge")
            #expect(client.simulator.objects(in: "bucket").isEmpty)
        }
    }

    @Test("keys, metadata and tags beyond what it takes")
    func limits() async throws {
        try await S3TestClient.run { client in
            let longKey = "/bucket/" + String(repeating: "k", count: 1024)
            try await client.expect(put.with { $0.path = longKey }, 200)
            try await client.expect(put.with { $0.path = longKey + "k" }, 400, "KeyTooLongError")
            let metadata = String(repeating: "m", count: 2047)
            try await client.expect(put.header("x-amz-meta-a", metadata), 200)
            try await client.expect(put.header("x-amz-meta-ab", metadata), 400, "MetadataTooLarge")
            let ten = (1...10).map { "t\($0)=v" }.joined(separator: "&")
            try await client.expect(put.header("x-amz-tagging", ten), 200)
            try await client.expect(put.header("x-amz-tagging", ten + "&t11=v"), 400, "BadRequest")
            let long = String(repeating: "t", count: 257)
            try await client.expect(put.header("x-amz-tagging", "a=" + long), 400, "InvalidTag")
            try await client.expect(put.header("x-amz-tagging", long.dropFirst(128) + "=a"), 400, "InvalidTag")
            try await client.expect(put.header("x-amz-tagging", "a=%3C"), 400, "InvalidTag")
            try await client.expect(put.header("x-amz-tagging", "a=1&a=2"), 400, "InvalidArgument")
        }
    }

    @Test("buckets and keys that are not there, ranges beyond the end, conditions that do not hold")
    func missing() async throws {
        try await S3TestClient.run { client in
            try await client.expect(put, 200)
            try await client.expect(put.with { $0.path = "/other/key" }, 404, "NoSuchBucket")
            try await client.expect(S3TestRequest(.GET, "/bucket/none"), 404, "NoSuchKey")
            try await client.expect(S3TestRequest(.HEAD, "/bucket/none"), 404)
            try await client.expect(S3TestRequest(.GET).header("Range", "bytes=5-"), 416, "InvalidRange")
            try await client.expect(S3TestRequest(.GET).header("If-Match", "\"x\""), 412, "PreconditionFailed")
            try await client.expect(put.header("If-None-Match", "*"), 412, "PreconditionFailed")
            try await client.expect(put.header("If-Match", "\"x\""), 412, "PreconditionFailed")
            try await client.expect(S3TestRequest(.GET, "/bucket/key", [QueryItem("acl")]), 501, "NotImplemented")
            try await client.expect(S3TestRequest(.PUT, "/bucket"), 409, "BucketAlreadyOwnedByYou")
        }
    }

    @Test("operations that are denied")
    func denied() async throws {
        try await S3TestClient.run { client in
            client.simulator.deny(.putObject, .deleteObject)
            try await client.expect(put, 403, "AccessDenied")
            try await client.expect(S3TestRequest(.DELETE), 403, "AccessDenied")
            try await client.expect(S3TestRequest(.GET), 404, "NoSuchKey")
        }
    }

    @Test("copies and deletions that make no sense")
    func copies() async throws {
        try await S3TestClient.run { client in
            try await client.expect(put, 200)
            let copy = S3TestRequest(.PUT, "/bucket/copy")
            try await client.expect(copy.header("x-amz-copy-source", "/bucket/none"), 404, "NoSuchKey")
            try await client.expect(copy.header("x-amz-copy-source", "bucket"), 400, "InvalidArgument")
            try await client.expect(S3TestRequest().header("x-amz-copy-source", "/bucket/key"), 400, "InvalidRequest")
            let conditional = copy.header("x-amz-copy-source", "/bucket/key")
                .header("x-amz-copy-source-if-match", "\"other\"")
            try await client.expect(conditional, 412, "PreconditionFailed")
            let document = "<Delete><Object><Key>key</Key></Object></Delete>"
            let delete = S3TestRequest(.POST, "/bucket", [QueryItem("delete")]).body(document)
            try await client.expect(delete, 400, "InvalidRequest")
            let hash = base64SHA256(document)
            try await client.expect(delete.header("x-amz-checksum-sha256", hash), 200)
            let broken = delete.body("<Delete><Object>")
                .header("x-amz-checksum-sha256", base64SHA256("<Delete><Object>"))
            try await client.expect(broken, 400, "MalformedXML")
        }
    }
}
