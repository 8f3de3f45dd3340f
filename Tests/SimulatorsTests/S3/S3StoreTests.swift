import AWSSigning
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Simulators

@Suite("What the S3 simulator keeps and tells")
struct S3StoreTests {
    /// The examples of "Signature Calculations for the Authorization Header" in the service's API reference.
    @Test(
        "the documentation's signatures are right, and no others",
        arguments: [
            (
                "GET", "/test.txt", ["Range": "bytes=0-9"],
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            ),
            (
                "PUT", "/test%24file.text",
                ["Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"],
                "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
            ),
            (
                "GET", "/?lifecycle", [:],
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
            ),
            (
                "GET", "/?max-keys=2&prefix=J", [:],
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
            ),
        ] as [(String, String, [String: String], String, String)]
    )
    func signatures(method: String, uri: String, fields: [String: String], hash: String, signature: String) throws {
        let verifier = SignatureVerifier(
            credentials: [
                S3Credential(
                    accessKeyID: "AKIAIOSFODNN7EXAMPLE",
                    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
                )
            ],
            region: "us-east-1",
            now: 1_369_353_600,
            acceptsUnsignedPayload: false
        )
        func verify(_ signature: String) throws {
            var headers = HTTPHeaders(fields.map { ($0.key, $0.value) })
            headers.add(name: "Host", value: "examplebucket.s3.amazonaws.com")
            headers.add(name: "x-amz-content-sha256", value: hash)
            headers.add(name: "x-amz-date", value: "20130524T000000Z")
            let names = headers.map { $0.name.lowercased() }.sorted().joined(separator: ";")
            headers.add(
                name: "Authorization",
                value: "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                    + "SignedHeaders=\(names),Signature=\(signature)"
            )
            let head = HTTPRequestHead(version: .http1_1, method: .init(rawValue: method), uri: uri, headers: headers)
            #expect(try verifier.verify(S3Request(head)) == .sha256(hash))
        }
        try verify(signature)
        let refusal = #expect(throws: S3Refusal.self) { try verify(String(signature.reversed())) }
        #expect(refusal?.code == "SignatureDoesNotMatch")
    }

    @Test("the codes of the check string are those of the catalogue, and combine over parts")
    func codes() {
        let bytes = Array("123456789".utf8)
        for (code, expected) in [
            (CyclicCode.crc32, 0xCBF4_3926), (.crc32c, 0xE306_9283), (.crc64nvme, 0xAE8B_1486_0A79_9888),
        ] as [(CyclicCode, UInt64)] {
            #expect(bytes.withUnsafeBytes { code.update(0, $0) } == expected)
            for split in 0...9 {
                let first = bytes[..<split].withUnsafeBytes { code.update(0, $0) }
                let second = bytes[split...].withUnsafeBytes { code.update(0, $0) }
                #expect(code.combine(first, second, secondLength: Int64(9 - split)) == expected)
            }
        }
    }

    @Test(
        "dates are spelled as the protocol wants them",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z"),
            (1_709_164_799, "Wed, 28 Feb 2024 23:59:59 GMT", "2024-02-28T23:59:59.000Z"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00.000Z"),
            (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT", "2099-12-31T23:59:59.000Z"),
        ] as [(Int64, String, String)]
    )
    func dates(seconds: Int64, http: String, iso: String) {
        #expect(S3Date.http(seconds) == http)
        #expect(S3Date.iso8601(seconds) == iso)
        let basic = iso.filter { $0 != "-" && $0 != ":" }.replacing(".000Z", with: "Z")
        #expect(S3Date.parseBasic(basic) == seconds)
    }

    @Test("a body in chunks gives its content and its trailer, however it is cut", arguments: [1, 3, 7, 100])
    func trailer(size: Int) throws {
        let bytes = Array("4\r\nhell\r\n1\r\no\r\n0\r\nx-amz-checksum-crc32c:mnG7TA==\r\n\r\n".utf8)
        var upload = ChunkedUpload()
        var content: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            #expect(!upload.isComplete)
            let piece = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
            content += try upload.receive(piece).flatMap { Array($0.readableBytesView) }
        }
        #expect(upload.isComplete)
        #expect(content == Array("hello".utf8))
        #expect(upload.trailers == ["x-amz-checksum-crc32c": "mnG7TA=="])
        let refusal = #expect(throws: S3Refusal.self) { try upload.receive(ByteBuffer(string: "more")) }
        #expect(refusal?.code == "MalformedTrailerError")
    }

    @Test("objects are kept in memory, in files, or not at all", arguments: [0, 1, 2])
    func retention(_ choice: Int) async throws {
        let folder = NSTemporaryDirectory()
        let retention = [S3Retention.memory, .folder(folder), .discarded(above: 9)][choice]
        try await S3TestClient.run {
            $0.retention = retention
        } _: { client in
            let upload = try await client.begin()
            let parts = [
                (1, try await client.store(1, of: upload)), (2, try await client.store(2, of: upload, "tail")),
            ]
            try await client.expect(client.completion(of: upload, parts), 200)
            try await client.expect(S3TestRequest(.PUT, "/bucket/whole").body("0123456789tail"), 200)
            let objects = client.simulator.objects(in: "bucket")
            #expect(objects.map(\.size) == [14, 14])
            #expect(objects.first?.crc64NVME == objects.last?.crc64NVME)
            let range = S3TestRequest(.GET).header("Range", "bytes=8-11")
            guard choice < 2 else { return try await client.expect(range, 501, "NotImplemented") }
            let answer = try await client.answer(range)
            #expect(answer.status == 206)
            #expect(answer.text == "89ta")
            #expect(answer.headers.first(name: "Content-Range") == "bytes 8-11/14")
            let changed = range.header("If-Range", "\"other\"")
            #expect(try await client.answer(changed).text == "0123456789tail")
            let content = try await client.simulator.content(of: "key", in: "bucket")
            #expect(content == Array("0123456789tail".utf8))
        }
    }

    @Test("listings come page by page, in the order of the keys' bytes")
    func pages() async throws {
        try await S3TestClient.run { client in
            for name in ["a/1", "a/2", "b", "c/1", "%C3%A9", "e%CC%81"] {
                try await client.expect(S3TestRequest(.PUT, "/bucket/" + name).body("x"), 200)
            }
            var (found, token) = ([String](), String?.none)
            repeat {
                var query = [
                    QueryItem("list-type", "2"), QueryItem("max-keys", "2"), QueryItem("encoding-type", "url"),
                ]
                query.append(QueryItem("delimiter", "/"))
                if let token { query.append(QueryItem("continuation-token", token)) }
                let page = try await client.answer(S3TestRequest(.GET, "/bucket", query))
                let root = try XMLNode.parse(page.body)
                found += root.all("Contents").compactMap { $0["Key"] }
                found += root.all("CommonPrefixes").compactMap { $0["Prefix"] }
                token = root["NextContinuationToken"]
            } while token != nil
            #expect(found.sorted() == ["%C3%A9", "a/", "b", "c/", "e%CC%81"])
            let wrong = [QueryItem("list-type", "2"), QueryItem("continuation-token", "wrong")]
            try await client.expect(S3TestRequest(.GET, "/bucket", wrong), 400, "InvalidArgument")
        }
    }

    @Test("what is replaced or deleted stays as a version, is listed page by page, and can be deleted for good")
    func versions() async throws {
        try await S3TestClient.run {
            $0.keepsVersions = true
        } _: { client in
            let first = try await client.answer(S3TestRequest(.PUT, "/bucket/a/b").body("one"))
            let id = try #require(first.headers.first(name: "x-amz-version-id"))
            try await client.expect(S3TestRequest(.PUT, "/bucket/a/b").body("two"), 200)
            try await client.expect(S3TestRequest(.PUT, "/bucket/c").body("three"), 200)
            let deletion = try await client.answer(S3TestRequest(.DELETE, "/bucket/a/b"))
            #expect(deletion.status == 204 && deletion.headers.first(name: "x-amz-delete-marker") == "true")
            let marker = try #require(deletion.headers.first(name: "x-amz-version-id"))
            try await client.expect(S3TestRequest(.GET, "/bucket/a/b"), 404, "NoSuchKey")
            let version = [QueryItem("versionId", id)]
            #expect(try await client.answer(S3TestRequest(.GET, "/bucket/a/b", version)).text == "one")
            let markers = [QueryItem("versionId", marker)]
            try await client.expect(S3TestRequest(.GET, "/bucket/a/b", markers), 405, "MethodNotAllowed")
            try await client.expect(
                S3TestRequest(.GET, "/bucket/c", [QueryItem("versionId", "never")]),
                404,
                "NoSuchVersion"
            )

            #expect(try await client.versions() == ["D a/b latest", "V a/b", "V a/b", "V c latest"])
            #expect(try await client.versions(QueryItem("delimiter", "/")) == ["P a/", "V c latest"])
            #expect(try await client.versions(QueryItem("prefix", "c")) == ["V c latest"])

            // Without its marker the file is back; a version that is deleted is gone for good.
            try await client.expect(S3TestRequest(.DELETE, "/bucket/a/b", markers), 204)
            #expect(try await client.answer(S3TestRequest(.GET, "/bucket/a/b")).text == "two")
            try await client.expect(S3TestRequest(.DELETE, "/bucket/a/b", version), 204)
            #expect(try await client.versions() == ["V a/b latest", "V c latest"])
        }
    }

    @Test("a bucket keeps versions from when it is told to, and one with locked objects from the beginning")
    func versioning() async throws {
        let versioning = [QueryItem("versioning")]
        let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        for manner in S3Manner.allCases {
            try await S3TestClient.run {
                $0.manner = manner
            } _: { client in
                let enabling = S3TestRequest(.PUT, "/bucket", versioning).body(enabled)
                guard manner != .plain else {
                    try await client.expect(enabling, 501, "NotImplemented")
                    let list = S3TestRequest(.GET, "/bucket", [QueryItem("versions")])
                    return try await client.expect(list, 501, "NotImplemented")
                }
                let before = try await client.answer(S3TestRequest(.GET, "/bucket", versioning)).element("Status")
                #expect(before == (manner == .objectLock ? "Enabled" : nil))
                try await client.expect(enabling, 200)
                let after = try await client.answer(S3TestRequest(.GET, "/bucket", versioning)).element("Status")
                #expect(after == "Enabled")
                let put = S3TestRequest(.PUT, "/bucket/c").body("x").header("Content-MD5", "ndTkYSaMgDT1yFZOFVxnpg==")
                let version = try await client.answer(put).headers.first(name: "x-amz-version-id")
                #expect(version?.isEmpty == false)
            }
        }
    }

    @Test("parts and open uploads are listed page by page")
    func multipartPages() async throws {
        try await S3TestClient.run { client in
            let first = try await client.begin()
            let second = try await client.begin()
            for number in [3, 1, 2] { _ = try await client.store(number, of: first) }
            let parts = [QueryItem("uploadId", first), QueryItem("max-parts", "2")]
            let page = try XMLNode.parse(try await client.answer(S3TestRequest(.GET, "/bucket/key", parts)).body)
            #expect(page.all("Part").map { $0["PartNumber"] } == ["1", "2"])
            #expect(page["IsTruncated"] == "true")
            let rest = parts + [QueryItem("part-number-marker", page["NextPartNumberMarker"] ?? "")]
            let end = try XMLNode.parse(try await client.answer(S3TestRequest(.GET, "/bucket/key", rest)).body)
            #expect(end.all("Part").map { $0["PartNumber"] } == ["3"])
            #expect(end["IsTruncated"] == "false")
            let uploads = [QueryItem("uploads"), QueryItem("max-uploads", "1")]
            let open = try XMLNode.parse(try await client.answer(S3TestRequest(.GET, "/bucket", uploads)).body)
            #expect(open.all("Upload").map { $0["UploadId"] } == [first])
            let markers = [
                QueryItem("key-marker", open["NextKeyMarker"] ?? ""),
                QueryItem("upload-id-marker", open["NextUploadIdMarker"] ?? ""),
            ]
            let more = try await client.answer(S3TestRequest(.GET, "/bucket", uploads + markers))
            #expect(try XMLNode.parse(more.body).all("Upload").map { $0["UploadId"] } == [second])
        }
    }

    @Test("under a key of KMS the entity tag is not the MD5")
    func encryption() async throws {
        try await S3TestClient.run { client in
            let put = S3TestRequest().body("hello").header("x-amz-server-side-encryption", "aws:kms")
                .header("x-amz-server-side-encryption-aws-kms-key-id", "key-1").header("x-amz-tagging", "a=1&b=x%20y")
            let answer = try await client.answer(put)
            #expect(answer.headers.first(name: "x-amz-server-side-encryption") == "aws:kms")
            #expect(answer.headers.first(name: "etag") != "\"5d41402abc4b2a76b9719d911017c592\"")
            let object = client.simulator.object("key", in: "bucket")
            #expect(object?.encryption?.keyID == "key-1")
            #expect(object?.tags == ["a": "1", "b": "x y"])
        }
    }
}

extension S3TestClient {
    /// The versions (`V`), markers (`D`) and prefixes (`P`) of the bucket, in their order, from pages of one.
    fileprivate func versions(_ further: QueryItem...) async throws -> [String] {
        var found: [String] = []
        var markers: [QueryItem] = []
        repeat {
            let query = [QueryItem("versions"), QueryItem("max-keys", "1")] + further + markers
            let page = try XMLNode.parse(try await answer(S3TestRequest(.GET, "/bucket", query)).body)
            for (name, sign) in [("Version", "V"), ("DeleteMarker", "D")] {
                for node in page.all(name) {
                    found.append("\(sign) \(node["Key"] ?? "")\(node["IsLatest"] == "true" ? " latest" : "")")
                }
            }
            found += page.all("CommonPrefixes").map { "P \($0["Prefix"] ?? "")" }
            markers = page["NextKeyMarker"].map { [QueryItem("key-marker", $0)] } ?? []
            markers += page["NextVersionIdMarker"].map { [QueryItem("version-id-marker", $0)] } ?? []
        } while !markers.isEmpty
        return found
    }
}
