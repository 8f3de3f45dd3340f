import AWSAdapters
import AWSClient
import FoundationEssentials
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

@Suite("Stores that take less than S3")
struct StoreMannerTests {
    private let attributes = ObjectAttributes(contentType: "text/plain", sourceVersion: "7", tags: ["provider": "fake"])
    private let bytes = [UInt8].varied(200_000)

    /// A store, what it has learnt, and the sentences that were said of it.
    private func with(
        _ known: StoreAbilities = StoreAbilities(),
        owner: String? = nil,
        _ body: (S3ObjectStore, S3Simulator, Sentences) async throws -> Void
    ) async throws {
        let sentences = Sentences()
        try await SimulatedS3.with { s3, simulator in
            let service = owner.map { s3.expecting(owners: [SimulatedS3.bucket: $0]) } ?? s3
            let store = S3ObjectStore(
                s3: service,
                bucket: SimulatedS3.bucket,
                prefix: "p/",
                knowledge: StoreKnowledge(known) { sentences.add($1, $0) }
            )
            try await body(store, simulator, sentences)
        }
    }

    @Test(
        "what one refuses is learnt once, said once, and everything is stored",
        arguments: [S3Lack.refuses, .refusesSilently]
    )
    func learnt(lack: S3Lack) async throws {
        try await with { store, simulator, sentences in
            simulator.lack(.tagging, .crc64nvme, as: lack)
            for number in 0..<5 { try await store.put(ObjectKey("\(number)"), bytes, attributes) }
            #expect(simulator.objects(in: SimulatedS3.bucket).count == 5)
            #expect(simulator.objects(in: SimulatedS3.bucket).allSatisfy { $0.checksum.algorithm == "CRC32C" })
            let refused = simulator.requests.filter { $0.status != 200 }.count
            #expect(refused <= 8, "after the first object nothing is refused")
            #expect(simulator.requests.suffix(4).allSatisfy { $0.status == 200 })
            #expect(sentences.all.count == 2)
            #expect(sentences.all.contains { $0.contains("tags") } && sentences.all.contains { $0.contains("CRC32C") })
            #expect(store.knowledge.abilities == sentences.last)
        }
    }

    @Test("tags alone are given up where only tags are refused")
    func tags() async throws {
        try await with { store, simulator, sentences in
            simulator.lack(.tagging)
            try await store.put(ObjectKey("a"), bytes, attributes)
            _ = try await store.copy(from: ObjectKey("a"), to: ObjectKey("b"), attributes)
            #expect(simulator.object("p/a", in: SimulatedS3.bucket)?.checksum.algorithm == "CRC64NVME")
            #expect(simulator.object("p/b", in: SimulatedS3.bucket) != nil)
            #expect(sentences.all.count == 1)
        }
    }

    @Test(
        "the checksums are tried in their order, down to the one that every store checks",
        arguments: [
            ([.crc64nvme], .crc32c), ([.crc64nvme, .crc32c], .sha256), ([.crc64nvme, .crc32c, .sha256], .md5),
        ] as [([S3Feature], StoreAbilities.Checksum)],
        [S3Lack.refuses, .ignores]
    )
    func checksums(lacking: ([S3Feature], StoreAbilities.Checksum), lack: S3Lack) async throws {
        try await with { store, simulator, _ in
            switch lacking.0.count {
            case 1: simulator.lack(.crc64nvme, as: lack)
            case 2: simulator.lack(.crc64nvme, .crc32c, as: lack)
            default: simulator.lack(.crc64nvme, .crc32c, .sha256, as: lack)
            }
            try await store.put(ObjectKey("a"), bytes, attributes)
            #expect(store.knowledge.abilities.checksum == lacking.1)
            #expect(try await simulator.content(of: "p/a", in: SimulatedS3.bucket) == bytes)
        }
    }

    @Test("what was learnt by an earlier process is not tried again")
    func remembered() async throws {
        var kept = Data()
        try await with { store, simulator, sentences in
            simulator.lack(.tagging, .crc64nvme, .trailers)
            try await store.put(ObjectKey("a"), bytes, attributes)
            kept = try JSONEncoder().encode(try #require(sentences.last))
        }
        let known = try JSONDecoder().decode(StoreAbilities.self, from: kept)
        try await with(known) { store, simulator, sentences in
            simulator.lack(.tagging, .crc64nvme, .trailers)
            try await store.put(ObjectKey("b"), bytes, attributes)
            #expect(simulator.requests.map(\.status) == [200])
            #expect(sentences.all.isEmpty)
        }
        let later = Data(#"{"checksum": "blake9", "tags": false, "later": 1}"#.utf8)
        #expect(try JSONDecoder().decode(StoreAbilities.self, from: later).tags == false)
    }

    @Test("a refusal that has nothing to do with it is the error that it is, and searched for once")
    func unrelated() async throws {
        try await with { store, simulator, sentences in
            let long = ObjectAttributes(contentType: "text/plain", sourceVersion: String(repeating: "x", count: 3000))
            for _ in 0..<2 {
                let error = await #expect(throws: SyncError.self) { try await store.put(ObjectKey("a"), bytes, long) }
                #expect(error?.name == .tooLarge)
            }
            #expect(sentences.all.isEmpty)
            #expect(store.knowledge.abilities == StoreAbilities())
        }
    }

    @Test("another account's bucket is not written to; a store that knows no accounts is")
    func owner() async throws {
        try await with(owner: "999999999999") { store, simulator, _ in
            let error = await #expect(throws: SyncError.self) { try await store.put(ObjectKey("a"), bytes, attributes) }
            #expect(error?.name == .invalidConfiguration)
            #expect(simulator.objects(in: SimulatedS3.bucket).isEmpty)
        }
        try await with(owner: "999999999999") { store, simulator, sentences in
            simulator.lack(.expectedOwner)
            try await store.put(ObjectKey("a"), bytes, attributes)
            #expect(try await store.head(ObjectKey("a")) != nil)
            #expect(sentences.all.count == 1)
        }
    }

    @Test(
        "an object is written where there is none, also where the store knows no conditions",
        arguments: [false, true]
    )
    func ifAbsent(lacks: Bool) async throws {
        try await with { store, simulator, _ in
            if lacks { simulator.lack(.conditions) }
            let first = try await store.putIfAbsent(ObjectKey("claim"), [1], attributes)
            let second = try await store.putIfAbsent(ObjectKey("claim"), [2], attributes)
            #expect(first && !second)
            let content = try await simulator.content(of: "p/claim", in: SimulatedS3.bucket)
            #expect(content == [1])
        }
    }

    @Test("objects are deleted one by one where a store does not delete many")
    func deletion() async throws {
        try await with { store, simulator, sentences in
            let keys = try (0..<3).map { try ObjectKey("\($0)") }
            for key in keys { try await store.put(key, [1], attributes) }
            simulator.lack(.deleteObjects)
            #expect(try await store.delete(keys).isEmpty)
            #expect(try await store.delete(keys).isEmpty)
            #expect(simulator.objects(in: SimulatedS3.bucket).isEmpty)
            #expect(sentences.all.count == 1)
        }
    }

    @Test("every part of a bucket that wants checksums has one, and a clip arrives whole", arguments: S3Manner.allCases)
    func streamedParts(manner: S3Manner) async throws {
        try await SimulatedS3.with({ $0.manner = manner }) { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "")
            let upload = try await store.beginUpload(ObjectKey("clip"), attributes, partSize: 5 << 20)
            let part = [UInt8].varied(5 << 20)
            var parts: [UploadedPart] = []
            for number in 1...3 {
                do {
                    parts.append(
                        try await store.putPart(number, Replay(part, chunkSize: 70_000), size: 5 << 20, of: upload)
                    )
                } catch let error as SyncError where error.isRetryable && number == 1 {
                    #expect(manner == .plain)
                    parts.append(
                        try await store.putPart(number, Replay(part, chunkSize: 70_000), size: 5 << 20, of: upload)
                    )
                }
            }
            try await store.complete(upload, parts: parts)
            #expect(try await simulator.content(of: "clip", in: SimulatedS3.bucket) == part + part + part)
            let object = try #require(simulator.object("clip", in: SimulatedS3.bucket))
            #expect(object.checksum.type == (manner == .plain ? "COMPOSITE" : "FULL_OBJECT"))
        }
    }

    /// What was said.
    private final class Sentences: Sendable {
        private let state = Mutex<(all: [String], last: StoreAbilities?)>(([], nil))

        var all: [String] { state.withLock { $0.all } }
        var last: StoreAbilities? { state.withLock { $0.last } }

        func add(_ sentence: String, _ now: StoreAbilities) {
            state.withLock { state in
                state.all.append(sentence)
                state.last = now
            }
        }
    }
}
