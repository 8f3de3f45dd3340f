import AWSSigning
import NIOHTTP1
import Simulators
import Testing

@Suite("What the S3 simulator refuses of uploads in parts")
struct S3MultipartRefusalTests {
    @Test("parts out of order, unknown, too small, or with another tag")
    func parts() async throws {
        try await S3TestClient.run { client in
            let upload = try await client.begin()
            let first = try await client.store(1, of: upload)
            let small = try await client.store(2, of: upload, "tiny")
            let third = try await client.store(3, of: upload, "also the last may be tiny")
            func complete(_ parts: [(Int, String)]) -> S3TestRequest { client.completion(of: upload, parts) }
            try await client.expect(complete([(3, third), (1, first)]), 400, "InvalidPartOrder")
            try await client.expect(complete([(1, first), (1, first)]), 400, "InvalidPartOrder")
            try await client.expect(complete([(1, first), (2, small), (3, third)]), 400, "EntityTooSmall")
            try await client.expect(complete([(1, first), (4, third)]), 400, "InvalidPart")
            try await client.expect(complete([(1, third)]), 400, "InvalidPart")
            try await client.expect(complete([]), 400, "MalformedXML")
            try await client.expect(complete([(1, first), (3, third)]), 200)
            #expect(client.simulator.object("key", in: "bucket")?.size == 35)
        }
    }

    @Test("part numbers beyond 10,000")
    func partNumbers() async throws {
        try await S3TestClient.run { client in
            let upload = try await client.begin()
            try await client.expect(client.part(10_000, of: upload), 200)
            try await client.expect(client.part(10_001, of: upload), 400, "InvalidArgument")
            try await client.expect(client.part(0, of: upload), 400, "InvalidArgument")
        }
    }

    @Test("uploads that were completed, aborted, or never begun")
    func gone() async throws {
        try await S3TestClient.run { client in
            let completed = try await client.begin()
            let tag = try await client.store(1, of: completed)
            try await client.expect(client.completion(of: completed, [(1, tag)]), 200)
            let aborted = try await client.begin()
            try await client.expect(S3TestRequest(.DELETE, "/bucket/key", [QueryItem("uploadId", aborted)]), 204)
            for upload in [completed, aborted, "never"] {
                try await client.expect(client.part(1, of: upload), 404, "NoSuchUpload")
                try await client.expect(client.completion(of: upload, [(1, tag)]), 404, "NoSuchUpload")
                let query = [QueryItem("uploadId", upload)]
                try await client.expect(S3TestRequest(.GET, "/bucket/key", query), 404, "NoSuchUpload")
                try await client.expect(S3TestRequest(.DELETE, "/bucket/key", query), 404, "NoSuchUpload")
            }
            #expect(client.simulator.openUploads(in: "bucket").isEmpty)
        }
    }

    @Test("checksums of a kind that the upload does not have")
    func checksumKinds() async throws {
        try await S3TestClient.run { client in
            func begin(_ algorithm: String?, _ type: String?) -> S3TestRequest {
                var request = S3TestRequest(.POST, "/bucket/key", [QueryItem("uploads")])
                if let algorithm { request = request.header("x-amz-checksum-algorithm", algorithm) }
                if let type { request = request.header("x-amz-checksum-type", type) }
                return request
            }
            try await client.expect(begin("SHA256", "FULL_OBJECT"), 400, "InvalidRequest")
            try await client.expect(begin("CRC64NVME", "COMPOSITE"), 400, "InvalidRequest")
            try await client.expect(begin("CRC99", nil), 400, "InvalidRequest")
            try await client.expect(begin(nil, "FULL_OBJECT"), 400, "InvalidRequest")
            let composite = try await client.begin(["x-amz-checksum-algorithm": "SHA256"])
            try await client.expect(client.part(1, of: composite), 400, "InvalidRequest")
            let full = try await client.begin(["x-amz-checksum-algorithm": "CRC64NVME"])
            try await client.expect(client.part(1, of: full), 200)
            let sha = base64SHA256("0123456789")
            let other = client.part(1, of: full).header("x-amz-checksum-sha256", sha)
            try await client.expect(other, 400, "InvalidRequest")
        }
    }

    @Test("the checksum of a whole object that the parts do not have together")
    func fullObject() async throws {
        try await S3TestClient.run { client in
            let upload = try await client.begin([
                "x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "FULL_OBJECT",
            ])
            let parts = [
                (1, try await client.store(1, of: upload)), (2, try await client.store(2, of: upload, "hello")),
            ]
            let plain = client.completion(of: upload, parts)
            let wrong = plain.header("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")
            try await client.expect(wrong, 400, "BadDigest")
            try await client.expect(plain.header("x-amz-checksum-type", "COMPOSITE"), 400, "InvalidRequest")
            try await client.expect(plain.header("x-amz-mp-object-size", "16"), 400, "InvalidRequest")
            // The checksum of the same bytes in one piece is the one that is wanted.
            let whole = try await client.answer(S3TestRequest(.PUT, "/bucket/whole").body("0123456789hello"))
            let value = try #require(whole.headers.first(name: "x-amz-checksum-crc64nvme"))
            let right = plain.header("x-amz-checksum-crc64nvme", value).header("x-amz-mp-object-size", "15")
            try await client.expect(right, 200)
            let object = client.simulator.object("key", in: "bucket")
            #expect(object?.checksum.value == value)
            #expect(object?.checksum.type == "FULL_OBJECT")
        }
    }

    @Test("the checksums of parts that are missing or wrong at the end")
    func compositeChecksums() async throws {
        try await S3TestClient.run { client in
            let upload = try await client.begin(["x-amz-checksum-algorithm": "SHA256"])
            let sha = base64SHA256("0123456789")
            let part = client.part(1, of: upload).header("x-amz-checksum-sha256", sha)
            let tag = try #require(try await client.answer(part).headers.first(name: "etag"))
            func complete(_ inside: String) -> S3TestRequest { client.completion(of: upload, [(1, tag)], inside) }
            try await client.expect(complete(""), 400, "InvalidRequest")
            let other = base64SHA256("other")
            try await client.expect(complete("<ChecksumSHA256>\(other)</ChecksumSHA256>"), 400, "InvalidPart")
            try await client.expect(complete("<ChecksumCRC32C>mnG7TA==</ChecksumCRC32C>"), 400, "BadDigest")
            try await client.expect(complete("<ChecksumSHA256>\(sha)</ChecksumSHA256>"), 200)
            #expect(client.simulator.object("key", in: "bucket")?.checksum.value.hasSuffix("-1") == true)
        }
    }
}
