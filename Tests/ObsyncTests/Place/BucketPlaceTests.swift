import AWSClient
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import SyncCore
import TestSupport
import Testing

@testable import obsync

@Suite("where a bucket's records are, and how its store is reached")
struct BucketPlaceTests {
    private func place(
        _ root: String,
        state: String? = nil,
        settings: StoreSettings = StoreSettings(),
        prefix: String = "a/b/"
    ) -> BucketPlace {
        BucketPlace(
            "bucket.x",
            prefix: prefix,
            state: state,
            settings: settings,
            environment: ["XDG_STATE_HOME": root + "/state", "HOME": root]
        )
    }

    @Test("in a folder of its own for each bucket and prefix; one that was named is remembered")
    func folders() async throws {
        try await BucketWorld.withRoot { root in
            let usual = place(root)
            #expect(usual.name == "s3://bucket.x/a/b" && usual.destination == "bucket.x/a/b/")
            #expect(usual.data.hasPrefix(root + "/state/obsync/bucket.x-a-b-"))
            #expect(place(root, prefix: "a-b/").data != usual.data && place(root, prefix: "").name == "s3://bucket.x")

            #expect(try place(root, state: root + "/own").prepare(environment: [:]).isEmpty)
            #expect(place(root).data == root + "/own")
            #expect(place(root).memory.content?.destination == "bucket.x/a/b/")
            let mode = try FileManager.default.attributesOfItem(atPath: root + "/own")[.posixPermissions] as? Int
            #expect(mode == 0o700)

            // Records that are elsewhere would be taken for lost.
            _ = try SQLiteRecordStore(path: place(root).records)
            let moved = #expect(throws: SyncError.self) {
                try place(root, state: root + "/third").prepare(environment: [:])
            }
            #expect(moved?.message.contains("move that folder") == true)
            let other = #expect(throws: SyncError.self) {
                try place(root, state: root + "/own", prefix: "c/").prepare(environment: [:])
            }
            #expect(other?.name == .invalidInput)
        }
    }

    @Test("an address without TLS is taken on this machine only, or when somebody says so")
    func insecure() async throws {
        func endpoint(_ address: String?, insecure: Bool = false, variable: String? = nil) throws -> String? {
            let settings = StoreSettings(endpointURL: address, insecure: insecure)
            var environment = ["HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
            environment["AWS_ENDPOINT_URL_S3"] = variable
            let connection = PlaceConnection(
                environment: environment,
                executor: RecordedHTTP([]),
                trouble: DestinationTrouble(path: "/"),
                logger: Logger(label: "test")
            )
            return try settings.service(remembered: "http://nas.lan/kept", connection).endpoint?.base
        }
        #expect(try endpoint(nil) == "http://nas.lan/kept")
        #expect(try endpoint("https://nas.lan:9000/s3/") == "https://nas.lan:9000/s3")
        #expect(try endpoint("http://127.0.0.1:9000") == "http://127.0.0.1:9000")
        #expect(try endpoint("http://nas.lan", insecure: true) == "http://nas.lan")
        #expect(try endpoint(nil, variable: "https://other.lan") == "https://other.lan")
        for (address, variable) in [("http://nas.lan", nil), (nil, "http://nas.lan"), ("nas.lan", nil)] {
            let error = #expect(throws: SyncError.self) { try endpoint(address, variable: variable) }
            #expect(error?.name == .invalidInput)
        }
    }
}
