import FoundationEssentials
import HTTPTransport
import NIOCore
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("S3 uploads in parts")
struct S3MultipartTests {
    private let url = "https://bucket.s3.eu-central-1.amazonaws.com/k"

    private func sent<Output>(
        _ reply: ScriptedExecutor.Reply,
        _ call: (S3) async throws -> Output
    ) async throws -> (HTTPRequest, Output) {
        let executor = ScriptedExecutor(reply)
        let output = try await call(S3(client: client(executor, retry: .never)))
        return (try #require(executor.requests.first), output)
    }

    @Test("an upload is begun with its checksum's kind")
    func create() async throws {
        let answer = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
        let (request, output) = try await sent(.answer(200, [:], answer)) {
            try await $0.createMultipartUpload(
                .init(bucket: "bucket", checksumAlgorithm: .crc64nvme, checksumType: .fullObject, key: "k")
            )
        }
        #expect(request.method == .POST)
        #expect(request.url == url + "?uploads=")
        #expect(request.headers["x-amz-checksum-algorithm"] == ["CRC64NVME"])
        #expect(request.headers["x-amz-checksum-type"] == ["FULL_OBJECT"])
        #expect(output.uploadId == "u")
    }

    @Test("a part says its number, upload and checksum")
    func part() async throws {
        let (request, output) = try await sent(.answer(200, ["ETag": "\"p\"", "x-amz-checksum-sha256": "s"])) {
            try await $0.uploadPart(
                .init(
                    body: .init(buffer: ByteBuffer(string: "x")),
                    bucket: "bucket",
                    checksumSHA256: "s",
                    key: "k",
                    partNumber: 3,
                    uploadId: "u/+"
                )
            )
        }
        #expect(request.url == url + "?partNumber=3&uploadId=u%2F%2B")
        #expect(request.headers["x-amz-sdk-checksum-algorithm"] == ["SHA256"])
        #expect(output.eTag == "\"p\"")
        #expect(output.checksumSHA256 == "s")
    }

    @Test("a part that streams is not signed over, and its checksum goes along")
    func streamedPart() async throws {
        let body = AWSHTTPBody(asyncSequence: BufferedBody(ByteBuffer(string: "x")), length: 1)
        let (request, _) = try await sent(.answer(200)) {
            try await $0.uploadPart(
                .init(body: body, bucket: "bucket", checksumCRC64NVME: "c", key: "k", partNumber: 1, uploadId: "u")
            )
        }
        #expect(request.headers["x-amz-content-sha256"] == ["UNSIGNED-PAYLOAD"])
        #expect(request.headers["x-amz-checksum-crc64nvme"] == ["c"])
        #expect(request.headers["x-amz-sdk-checksum-algorithm"] == ["CRC64NVME"])
    }

    @Test("a part that streams is given the time of a slow source, and is never sent a second time")
    func slowPart() async throws {
        let executor = ScriptedExecutor(.answer(503))
        let body = AWSHTTPBody(asyncSequence: BufferedBody(ByteBuffer()), length: 32 << 20)
        _ = try await awsError {
            try await S3(client: client(executor)).uploadPart(
                .init(body: body, bucket: "bucket", key: "k", partNumber: 1, uploadId: "u")
            )
        }
        #expect(executor.requests.count == 1)
        #expect(executor.timeouts.allSatisfy { $0 > .seconds(1024) })
    }

    @Test("completing lists the parts with their checksums, and answers for the whole")
    func complete() async throws {
        let answer = """
            <CompleteMultipartUploadResult><ETag>&quot;w-2&quot;</ETag><ChecksumCRC64NVME>c</ChecksumCRC64NVME>
            <ChecksumType>FULL_OBJECT</ChecksumType></CompleteMultipartUploadResult>
            """
        let (request, output) = try await sent(.answer(200, [:], answer)) {
            try await $0.completeMultipartUpload(
                .init(
                    bucket: "bucket",
                    checksumCRC64NVME: "c",
                    checksumType: .fullObject,
                    ifNoneMatch: "*",
                    key: "k",
                    mpuObjectSize: 7,
                    parts: [
                        .init(checksumSHA256: "s", eTag: "\"a\"", partNumber: 1), .init(eTag: "b", partNumber: 2),
                    ],
                    uploadId: "u"
                )
            )
        }
        #expect(
            request.bodyText?.hasSuffix(
                "<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag><ChecksumSHA256>s</ChecksumSHA256></Part>"
                    + "<Part><PartNumber>2</PartNumber><ETag>b</ETag></Part></CompleteMultipartUpload>"
            ) == true
        )
        #expect(request.headers["If-None-Match"] == ["*"])
        #expect(request.headers["x-amz-mp-object-size"] == ["7"])
        #expect(request.headers["x-amz-checksum-crc64nvme"] == ["c"])
        #expect(!request.headers.contains(name: "x-amz-sdk-checksum-algorithm"))
        #expect(output.eTag == "\"w-2\"")
        #expect(output.checksumType == .fullObject)
    }

    @Test("an error inside the 200 of completing is an error")
    func completeFails() async throws {
        let answer = "<?xml version=\"1.0\"?>\n\n<Error><Code>InvalidPart</Code></Error>"
        let error = try await awsError {
            try await sent(.answer(200, [:], answer)) {
                try await $0.completeMultipartUpload(
                    .init(bucket: "bucket", key: "k", parts: [.init(eTag: "a", partNumber: 1)], uploadId: "u")
                )
            }
        }
        #expect(error.code.rawValue == "InvalidPart")
    }

    @Test("nothing to put together, or a number out of range, is refused")
    func refused() async throws {
        let s3 = S3(client: client(ScriptedExecutor()))
        let none = try await awsError {
            try await s3.completeMultipartUpload(.init(bucket: "bucket", key: "k", parts: [], uploadId: "u"))
        }
        #expect(none.code == .invalidRequest)
        let number = try await awsError {
            try await s3.uploadPart(
                .init(body: .init(buffer: ByteBuffer()), bucket: "bucket", key: "k", partNumber: 10_001, uploadId: "u")
            )
        }
        #expect(number.code == .invalidRequest)
    }

    @Test("an upload is given up by its identifier")
    func abort() async throws {
        let (request, _) = try await sent(.answer(204)) {
            try await $0.abortMultipartUpload(.init(bucket: "bucket", key: "k", uploadId: "u"))
        }
        #expect(request.method == .DELETE)
        #expect(request.url == url + "?uploadId=u")
    }

    @Test("parts are listed page by page")
    func listParts() async throws {
        func page(_ number: Int, _ next: String) -> ScriptedExecutor.Reply {
            .answer(
                200,
                [:],
                "<ListPartsResult>\(next)<Part><PartNumber>\(number)</PartNumber><Size>9</Size><ETag>e</ETag>"
                    + "<ChecksumSHA256>s</ChecksumSHA256></Part></ListPartsResult>"
            )
        }
        let executor = ScriptedExecutor(
            page(1, "<IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>"),
            page(2, "<IsTruncated>false</IsTruncated>")
        )
        var parts: [S3.Part] = []
        let request = S3.ListPartsRequest(bucket: "bucket", key: "k", maxParts: 1, uploadId: "u")
        for try await page in S3(client: client(executor)).listPartsPaginator(request) { parts += page.parts }
        #expect(parts.map(\.partNumber) == [1, 2])
        #expect(parts.first?.checksumSHA256 == "s")
        #expect(executor.requests.last?.url == url + "?max-parts=1&part-number-marker=1&uploadId=u")
    }

    @Test("open uploads are listed with their keys decoded")
    func listUploads() async throws {
        let answer = """
            <ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
            <NextKeyMarker>a+b</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker><Upload><Key>a+b</Key>
            <UploadId>u</UploadId><Initiated>2015-08-30T12:36:00.000Z</Initiated></Upload></ListMultipartUploadsResult>
            """
        let (request, output) = try await sent(.answer(200, [:], answer)) {
            try await $0.listMultipartUploads(.init(bucket: "bucket", keyMarker: "x", prefix: "p"))
        }
        #expect(request.url.hasSuffix("/?encoding-type=url&key-marker=x&prefix=p&uploads="))
        #expect(output.nextKeyMarker == "a b")
        #expect(output.uploads.first?.key == "a b")
        #expect(output.uploads.first?.initiated?.timeIntervalSince1970 == 1_440_938_160)
    }
}
