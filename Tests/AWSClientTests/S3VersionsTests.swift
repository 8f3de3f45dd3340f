import FoundationEssentials
import HTTPTransport
import Testing

@testable import AWSClient

@Suite("Versions of S3 objects")
struct S3VersionsTests {
    @Test("versions and deletions come in the order of the answer, keys decoded, and go on where the page ended")
    func listing() async throws {
        let first = """
            <ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType>
            <IsTruncated>true</IsTruncated><NextKeyMarker>a+b</NextKeyMarker>
            <NextVersionIdMarker>v2</NextVersionIdMarker>
            <DeleteMarker><Key>a+b</Key><IsLatest>true</IsLatest><VersionId>v3</VersionId><LastModified>2026-11-21T04:30:00.000Z</LastModified>
            </DeleteMarker>
            <Version><Key>a+b</Key><VersionId>v2</VersionId><Size>5</Size><ETag>&quot;e&quot;</ETag></Version>
            <CommonPrefixes><Prefix>p+q/</Prefix></CommonPrefixes></ListVersionsResult>
            """
        let second = """
            <ListVersionsResult><IsTruncated>false</IsTruncated>
            <Version><Key>a b</Key><Size>0</Size></Version></ListVersionsResult>
            """
        let executor = ScriptedExecutor(.answer(200, [:], first), .answer(200, [:], second))
        var pages: [S3.ListObjectVersionsOutput] = []
        let request = S3.ListObjectVersionsRequest(bucket: "bucket", delimiter: "/", maxKeys: 2, prefix: "a b")
        for try await page in S3(client: client(executor)).listObjectVersionsPaginator(request) { pages.append(page) }
        #expect(pages.map { $0.versions.map(\.key) } == [["a b", "a b"], ["a b"]])
        #expect(pages[0].versions.map(\.isDeleteMarker) == [true, false])
        #expect(pages[0].versions.map(\.isLatest) == [true, false])
        #expect(pages[0].versions.map(\.versionId) == ["v3", "v2"])
        #expect(pages[0].versions[0].lastModified?.timeIntervalSince1970 == 1_795_235_400)
        #expect(pages[1].versions[0].versionId == "null")
        #expect(pages[0].commonPrefixes == ["p q/"])
        let host = "https://bucket.s3.eu-central-1.amazonaws.com/"
        let common = "max-keys=2&prefix=a%20b"
        #expect(
            executor.requests.map(\.url) == [
                host + "?delimiter=%2F&encoding-type=url&\(common)&versions=",
                host + "?delimiter=%2F&encoding-type=url&key-marker=a%20b&\(common)&version-id-marker=v2&versions=",
            ]
        )
    }

    @Test(
        "a list that breaks off or stands still is an error and never a short list",
        arguments: [
            "<ListVersionsResult><IsTruncated>true</IsTruncated></ListVersionsResult>",
            "<ListVersionsResult><Version><Key>k</Key></Version></ListVersionsResult>",
            "<ListVersionsResult><Version><Size>1</Size></Version></ListVersionsResult>",
        ]
    )
    func brokenListing(answer: String) async throws {
        let s3 = S3(client: client(ScriptedExecutor(.answer(200, [:], answer))))
        let error = try await awsError {
            for try await _ in s3.listObjectVersionsPaginator(.init(bucket: "bucket")) {}
        }
        #expect(error.code == .malformedResponse)
    }
}
