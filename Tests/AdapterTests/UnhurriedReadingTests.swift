import AWSAdapters
import AWSClient
import Clocks
import HTTPTransport
import Listing
import Simulators
import SyncCore
import TestSupport
import Testing

/// What the lister reads it reads as slowly as the rest of its work goes, and much of it at once: neither may cost a
/// connection.
@Suite("Objects of a bucket that are read slowly, and many at once", .timeLimit(.minutes(10)))
struct UnhurriedReadingTests {
    private let attributes = ObjectAttributes(contentType: "application/x-ndjson")

    /// A store whose transport has four connections, and gives up an answer that nobody reads for two seconds.
    private func with(_ body: (S3ObjectStore, S3Simulator) async throws -> Void) async throws {
        var transport = TransportConfiguration()
        transport.connectionsPerHost = 4
        transport.connectTimeout = .seconds(2)
        transport.readTimeout = .seconds(2)
        try await SimulatedS3.with(transport: transport) { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "p/", blockSize: 100_000)
            try await body(store, simulator)
        }
    }

    /// Lets more time pass than an answer may go unread.
    private static func linger(_ store: any ObjectStore, _ simulator: S3Simulator) async throws {
        simulator.inject(.stall(.milliseconds(1200)), in: .putObject, times: 2)
        for name in ["x", "y"] {
            try await store.put(ObjectKey(name), [1], ObjectAttributes(contentType: "text/plain"))
        }
    }

    private static func entry(_ number: Int) -> Entry {
        let path = VaultPath(String(repeating: "long ", count: 180) + String(number + 100_000))
        return Entry(kind: .file, path: path, version: Int64(number), handle: String(number), size: 0)
    }

    @Test("a stream may be left unread for any time")
    func pause() async throws {
        try await with { store, simulator in
            let bytes = [UInt8].varied(3_000_000)
            try await store.put(ObjectKey("a"), bytes, attributes)
            var chunks = try #require(try await store.read(ObjectKey("a"), from: 0)).makeAsyncIterator()
            var read = try #require(try await chunks.next(isolation: nil))
            try await Self.linger(store, simulator)
            while let chunk = try await chunks.next(isolation: nil) { read += chunk }
            #expect(read == bytes)
        }
    }

    @Test("a listing of more pieces than there are connections is merged, whole and sorted")
    func merge() async throws {
        try await with { store, simulator in
            let run = try #require(RunID("run-1"))
            var writer = ManifestWriter(store: store, vault: .notes, run: run, pieceSize: 330_000)
            // A prime above the count reaches each number once.
            let count = 6000
            for number in 0..<count { try await writer.add(Self.entry(number * 7919 % count)) }
            #expect(try await writer.finish().entries == count)
            #expect(simulator.count(of: .putObject) == 21, "the pieces")
            #expect(simulator.count(of: .uploadPart) == 2, "the manifest")
            let manifest = try KeyMapping.manifest(vault: .notes, run: run)
            var reader = JSONLinesReader<Entry>(try #require(try await store.read(manifest, from: 0)))
            var read: [Entry] = []
            while let line = try await reader.next() { read.append(line.value) }
            #expect(read == (0..<count).map(Self.entry))
        }
    }

    @Test("a group that takes long to be taken apart does not cost the lister the rest of its manifest")
    func slowGroup() async throws {
        try await with { store, simulator in
            var world = MirrorWorld(records: MemoryRecordStore(), mirror: MemoryObjectStore(), state: store)
            world.listing.batchesPerPage = 20
            world.library.addGroup(VaultPath("a group"), of: [("one", [1])], in: .notes)
            for number in 0..<1500 { world.library.write([], to: Self.entry(number).path, in: .notes) }
            world.library.setGroupHook { _ in try await Self.linger(store, simulator) }
            let page = try await world.list(ListInput(run: try #require(RunID("run-1")), request: SyncRequest()))
            #expect(page.batches.reduce(0) { $0 + $1.files } == 1501)
        }
    }
}
