import AWSAdapters
import AWSClient
import AWSSigning
import FoundationEssentials
import Simulators
import SyncCore
import TestSupport
import Testing

@Suite("Objects of a bucket that fails")
struct S3FaultTests {
    private let attributes = ObjectAttributes(contentType: "text/plain", sourceVersion: "7", tags: ["provider": "fake"])
    private let bytes = [UInt8].varied(200_000)

    private func with(
        _ change: (inout S3Simulator.Configuration) -> Void = { _ in },
        _ body: (S3ObjectStore, S3Simulator) async throws -> Void
    ) async throws {
        try await SimulatedS3.with(change) { s3, simulator in
            try await body(S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "p/"), simulator)
        }
    }

    @Test(
        "an object is stored in spite of what happens on the way",
        arguments: [
            .slowDown(), .slowDown(retryAfter: 1), .internalError, .resetBeforeBody, .resetInBody, .resetAfterBody,
            .lostReply,
        ] as [S3Fault]
    )
    func put(_ fault: S3Fault) async throws {
        try await with { store, simulator in
            simulator.inject(fault, in: .putObject, times: 2)
            try await store.put(ObjectKey("a"), bytes, attributes)
            let object = try #require(simulator.object("p/a", in: SimulatedS3.bucket))
            #expect(object.size == Int64(bytes.count))
            #expect(object.metadata["source-version"] == "7")
            #expect(object.tags == ["provider": "fake"])
            #expect(simulator.requests.filter { $0.faults.contains(fault) }.count == 2)
        }
    }

    @Test("a copy that fails within a success is done again")
    func copy() async throws {
        try await with { store, simulator in
            try await store.put(ObjectKey("a"), bytes, attributes)
            simulator.inject(.errorInSuccess, in: .copyObject)
            #expect(try await store.copy(from: ObjectKey("a"), to: ObjectKey("b"), attributes) != nil)
            #expect(
                simulator.object("p/b", in: SimulatedS3.bucket)?.crc64NVME
                    == simulator.object("p/a", in: SimulatedS3.bucket)?.crc64NVME
            )
            #expect(simulator.count(of: .copyObject) == 2)
        }
    }

    @Test("a body that ends early is asked for again, and an error when it always does, never a shorter object")
    func truncated() async throws {
        try await with { store, simulator in
            try await store.put(ObjectKey("a"), bytes, attributes)
            simulator.inject(.truncatedBody, in: .getObject)
            let stream = try #require(try await store.read(ObjectKey("a"), from: 0))
            #expect(try await stream.collected().reduce(into: [], +=) == bytes)
            simulator.inject(.truncatedBody, in: .getObject, times: nil)
            let error = await #expect(throws: SyncError.self) { try await store.read(ObjectKey("a"), from: 0) }
            #expect(error?.name == .storeUnavailable)
        }
    }

    @Test("a block that ends early, is gone or is of another version is an error, not the end", arguments: 1...3)
    func brokenBlocks(fault: Int) async throws {
        try await SimulatedS3.with { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "p/", blockSize: bytes.count / 2)
            try await store.put(ObjectKey("a"), bytes, attributes)
            var chunks = try #require(try await store.read(ObjectKey("a"), from: 0)).makeAsyncIterator()
            let first = try await chunks.next(isolation: nil)
            #expect(first == Array(bytes[..<(bytes.count / 2)]))
            switch fault {
            case 1: simulator.inject(.truncatedBody, in: .getObject, times: nil)
            case 2: try await store.delete([ObjectKey("a")])
            default: try await store.put(ObjectKey("a"), bytes.reversed(), attributes)
            }
            let error = await #expect(throws: SyncError.self) { try await chunks.next(isolation: nil) }
            #expect(error?.name == .storeUnavailable)
        }
    }

    @Test("what the function's role does not allow is an error of configuration")
    func denied() async throws {
        try await with { store, simulator in
            simulator.deny(.putObject, .headObject)
            for attempt in [
                { _ = try await store.head(ObjectKey("a")) }, { try await store.put(ObjectKey("a"), [1], attributes) },
            ] {
                let error = await #expect(throws: SyncError.self) { try await attempt() }
                #expect(error?.name == .invalidConfiguration)
            }
        }
    }

    @Test("a clock that is off is put right by the first answer")
    func clock() async throws {
        try await SimulatedS3.with(now: { Date().addingTimeInterval(3600) }) { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "")
            try await store.put(ObjectKey("a"), bytes, attributes)
            #expect(simulator.requests.map(\.status) == [403, 200])
            try await store.put(ObjectKey("b"), bytes, attributes)
            #expect(simulator.requests.count == 3)
        }
    }

    @Test("a store that stays overloaded is said to be so")
    func overloaded() async throws {
        try await with { store, simulator in
            simulator.inject(.slowDown(), times: nil)
            let error = await #expect(throws: SyncError.self) {
                try await store.put(ObjectKey("a"), bytes, attributes)
            }
            #expect(error?.name == .throttled)
            #expect(simulator.count(of: .putObject) == 5)
        }
    }
}
