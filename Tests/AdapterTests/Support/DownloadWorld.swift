import AWSAdapters
import FoundationEssentials
import Logging
import Simulators
import SyncCore
import TestSupport
import Testing

/// A vault of one large file and some small ones, and the downloader between it and the store in this process.
struct DownloadWorld: MirrorRuns {
    static let partSize = 100_000

    let library = FakeLibrary()
    let records = MemoryRecordStore()
    let state = MemoryObjectStore()
    let clock: InstantClock
    let store: S3ObjectStore
    let simulator: S3Simulator
    var settings = DownloadSettings()
    let vault: VaultID

    /// Runs a world whose large file has three parts, the last of which is short. Time passes only where somebody waits.
    static func with(
        _ change: (inout S3Simulator.Configuration) -> Void = { _ in },
        _ body: (DownloadWorld) async throws -> Void
    ) async throws {
        let clock = InstantClock()
        let seconds: @Sendable () -> Int64 = { clock.now.milliseconds / 1000 }
        try await SimulatedS3.with(
            {
                $0.minimumPartSize = Int64(partSize)
                $0.unixTime = seconds
                change(&$0)
            },
            now: { Date(timeIntervalSince1970: Double(seconds())) }
        ) { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "")
            try await body(DownloadWorld(store, simulator, clock, vault: try #require(VaultID("notes-id"))))
        }
    }

    private init(_ store: S3ObjectStore, _ simulator: S3Simulator, _ clock: InstantClock, vault: VaultID) {
        self.store = store
        self.simulator = simulator
        self.clock = clock
        self.vault = vault
        settings.upload.multipartThreshold = 50_000
        settings.upload.partSize = Self.partSize
        settings.random = { 0 }
        library.addVault(Vault(id: vault, name: "Notes", epoch: "epoch-1"))
        library.write(Self.large, to: VaultPath("video.mp4"), in: vault, statesHash: false)
        for number in 1...3 {
            library.write(Array("note \(number)".utf8), to: VaultPath("note \(number).md"), in: vault)
        }
        library.accept(token: "token")
    }

    /// Two whole parts and a short one.
    static let large = (0..<2 * partSize + 12_345).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

    private var ports: SyncPorts {
        get throws {
            SyncPorts(
                provider: FakeProvider(library),
                secret: try Secret(json: Array(#"{"provider": "fake", "token": {"value": "token"}}"#.utf8)),
                mirror: store,
                destination: "here",
                state: state,
                records: records,
                clock: clock
            )
        }
    }

    /// One call of the lister.
    func list(_ input: ListInput, seconds: Int64) async throws -> ListOutput {
        let list = ListPage(try ports, settings: ListSettings())
        return try await list(input, deadline: clock.now.advanced(by: .seconds(seconds)), logger: .quiet)
    }

    /// One invocation of the downloader.
    func download(_ batch: BatchReference, of input: ListInput, seconds: Int64) async throws -> DownloadOutput {
        let download = DownloadBatch(try ports, settings: settings, makeHasher: { FingerprintHasher() })
        let event = DownloadInput(run: input.run, request: input.request, batch: batch)
        return try await download(event, deadline: clock.now.advanced(by: .seconds(seconds)), logger: .quiet)
    }

    /// A whole run, whatever files fail in it.
    func run(_ name: String) async throws {
        do {
            try await run(ListInput(run: try #require(RunID(name)), request: SyncRequest()))
        } catch let error as SyncError where error.name == .partialFailure {
            // What failed is in the records.
        }
    }

    /// What holds at any time: an object is right or absent, and a record that says COMPLETED has one.
    func expectTruth(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for (path, bytes) in library.vault(vault)?.files ?? [:] {
            let content = try await simulator.content(of: "Notes/" + path.rawValue, in: SimulatedS3.bucket)
            let record = records.files(of: vault)[path]
            let isRight = content == bytes
            #expect(isRight || content == nil, comment, sourceLocation: sourceLocation)
            #expect(isRight || record?.status != .completed, comment, sourceLocation: sourceLocation)
        }
    }

    /// That every file is there and recorded, and no part is left over. An upload whose beginning nobody heard of has none.
    func expectEverything(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expectTruth(comment, sourceLocation: sourceLocation)
        let statuses = records.files(of: vault).values.map(\.status)
        #expect(statuses == Array(repeating: .completed, count: 4), comment, sourceLocation: sourceLocation)
        let leftOver = simulator.openUploads(in: SimulatedS3.bucket).filter { !$0.parts.isEmpty }
        #expect(leftOver.isEmpty, comment, sourceLocation: sourceLocation)
    }
}
