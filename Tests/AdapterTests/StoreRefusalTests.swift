import AWSAdapters
import AWSClient
import Simulators
import SyncCore
import Testing

@Suite("What a bucket refuses for good")
struct StoreRefusalTests {
    private let attributes = ObjectAttributes(contentType: "text/plain")

    @Test(
        "is an error that is not tried again, and keeps the store's code",
        arguments: [
            ("KMS.DisabledException", 400, .invalidConfiguration), ("AccessDenied", 403, .invalidConfiguration),
            ("NotImplemented", 501, .invalidConfiguration), ("InvalidAccessKeyId", 403, .invalidConfiguration),
            ("PermanentRedirect", 301, .invalidConfiguration), ("NoSuchBucket", 404, .invalidConfiguration),
            ("ResourceNotFoundException", 400, .invalidConfiguration), ("EntityTooLarge", 400, .tooLarge),
            ("KeyTooLongError", 400, .nameRefused), ("InvalidArgument", 400, .storeRefused),
        ] as [(String, Int, SyncError.Name)]
    )
    func permanent(code: String, status: Int, name: SyncError.Name) throws {
        let error = AWSError(
            AWSErrorCode(rawValue: code),
            message: "what a service says may name keys",
            service: "s3",
            operation: "PutObject",
            answer: .init(httpStatus: status)
        )
        let mapped = try #require(SyncError.mapped(error) as? SyncError)
        #expect(mapped.name == name)
        #expect(!mapped.isRetryable)
        #expect(mapped.message.contains(code))
        #expect(mapped.reason == code)
        #expect(!mapped.description.contains("may name keys"))
    }

    @Test("a service that is not there is named with the cause and the way out, and asked again")
    func unreachable() throws {
        let error = AWSError(
            .connectionFailed,
            message: "the proxy refuses the connection",
            service: "s3",
            operation: "GetObject"
        )
        let mapped = try #require(SyncError.mapped(error) as? SyncError)
        #expect(mapped.name == .storeUnavailable && mapped.isRetryable)
        #expect(mapped.reason == "ClientConnectionFailed")
        #expect(
            mapped.message == "s3 GetObject has no answer (ClientConnectionFailed): the proxy refuses the connection; "
                + "check the network and the service's address, such as AWS_ENDPOINT_URL"
        )
    }

    @Test("is the region at once, by its name, where the bucket is elsewhere")
    func region() async throws {
        try await SimulatedS3.with { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "")
            simulator.move(to: "eu-west-1")
            let error = await #expect(throws: SyncError.self) { try await store.put(ObjectKey("a"), [1], attributes) }
            #expect(error?.name == .invalidConfiguration)
            #expect(error?.message.contains("eu-west-1") == true)
            #expect(simulator.requests.count == 1)
        }
    }

    @Test("says nothing of an address with a path in front: it is used", arguments: ["/base", "/base/deeper"])
    func basePath(path: String) async throws {
        try await SimulatedS3.with {
            $0.basePath = path
        } _: { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "")
            try await store.put(ObjectKey("a b"), [1], attributes)
            #expect(try await store.head(ObjectKey("a b"))?.size == 1)
            #expect(simulator.objects(in: SimulatedS3.bucket).map(\.key) == ["a b"])
        }
    }

    @Test("costs one key of many that are deleted, and not the others")
    func deletion() async throws {
        try await SimulatedS3.with { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "p/")
            let keys = try ["a", "b\u{1}", "c", "d\u{1}", "e\u{301}", "\u{E9}"].map { try ObjectKey($0) }
            for key in keys { try await store.put(key, [1], attributes) }
            simulator.protect("p/a", "p/b\u{1}", "p/\u{E9}")
            let kept = try await store.delete(keys)
            #expect(Set(kept.keys) == [keys[0], keys[1], keys[5]])
            #expect(kept.values.allSatisfy { $0.name == .invalidConfiguration && $0.message.contains("AccessDenied") })
            #expect(simulator.objects(in: SimulatedS3.bucket).map(\.key) == ["p/a", "p/b\u{1}", "p/\u{E9}"])
        }
    }
}
