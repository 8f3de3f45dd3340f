import HTTPTransport
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("The region of a bucket")
struct S3RegionTests {
    private static let malformed = """
        <Error><Code>AuthorizationHeaderMalformed</Code><Message>expecting 'eu-west-1'</Message>\
        <Region>eu-west-1</Region></Error>
        """
    private static let redirect = "<Error><Code>PermanentRedirect</Code><Bucket>my-bucket</Bucket></Error>"

    /// The answers of S3 to requests in the wrong region: of GET, and of HEAD, which has no body.
    private static let answers: [ScriptedExecutor.Reply] = [
        .answer(301, ["x-amz-bucket-region": "eu-west-1"], redirect), .answer(400, [:], malformed),
        .answer(301, ["x-amz-bucket-region": "eu-west-1"]), .answer(400, ["x-amz-bucket-region": "eu-west-1"]),
    ]

    @Test("is followed where that is wanted, and remembered", arguments: answers.indices)
    func followed(answer: Int) async throws {
        let executor = ScriptedExecutor(Self.answers[answer], .answer(200), .answer(200), .answer(404))
        let s3 = S3(client: client(executor), followsBuckets: true)
        _ = try await s3.headObject(.init(bucket: "my-bucket", key: "k"))
        _ = try await s3.headObject(.init(bucket: "my-bucket", key: "k"))
        _ = try? await s3.headObject(.init(bucket: "other-bucket", key: "k"))
        let hosts = executor.requests.map(\.url)
        #expect(
            hosts == [
                "https://my-bucket.s3.eu-central-1.amazonaws.com/k", "https://my-bucket.s3.eu-west-1.amazonaws.com/k",
                "https://my-bucket.s3.eu-west-1.amazonaws.com/k",
                "https://other-bucket.s3.eu-central-1.amazonaws.com/k",
            ]
        )
        let regions = executor.requests.map { request in
            request.headers.first(name: "authorization")?.split(separator: "/")[2]
        }
        #expect(regions == ["eu-central-1", "eu-west-1", "eu-west-1", "eu-central-1"])
    }

    @Test("is named in the error at once where it is not followed", arguments: answers.indices)
    func named(answer: Int) async throws {
        let executor = ScriptedExecutor(Self.answers[answer])
        let error = try await awsError {
            try await S3(client: client(executor)).headObject(.init(bucket: "my-bucket", key: "k"))
        }
        #expect(error.refusal == .otherRegion(Region(rawValue: "eu-west-1")))
    }

    @Test("is followed once: an answer that names the same region again is an error")
    func circle() async throws {
        let executor = ScriptedExecutor(Self.answers[0], Self.answers[0])
        let s3 = S3(client: client(executor), followsBuckets: true)
        let error = try await awsError { try await s3.headObject(.init(bucket: "my-bucket", key: "k")) }
        #expect(error.refusal == .otherRegion(Region(rawValue: "eu-west-1")))
    }

    @Test("is never a host name of somebody else's")
    func hostile() async throws {
        let executor = ScriptedExecutor(.answer(301, ["x-amz-bucket-region": "evil.example.org/"], Self.redirect))
        let s3 = S3(client: client(executor), followsBuckets: true)
        let error = try await awsError { try await s3.headObject(.init(bucket: "my-bucket", key: "k")) }
        #expect(error.refusal == .otherRegion(nil))
    }

    @Test("changes the signature alone at an address of one's own")
    func replaced() async throws {
        let executor = ScriptedExecutor(Self.answers[1], .answer(200))
        let endpoints = Endpoints(all: try Endpoint(parsing: "https://minio.example.org/base"))
        let s3 = S3(client: client(executor, endpoints: endpoints), followsBuckets: true)
        _ = try await s3.headObject(.init(bucket: "my-bucket", key: "k"))
        #expect(
            executor.requests.map(\.url) == Array(repeating: "https://minio.example.org/base/my-bucket/k", count: 2)
        )
        #expect(executor.requests[1].headers.first(name: "authorization")?.contains("/eu-west-1/s3/") == true)
    }
}
