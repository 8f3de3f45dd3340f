import AWSAdapters
import Clocks
import Downloading
import Listing
import Logging
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

/// A vault of one large file and some small ones, and the downloader between it and the store in this process.
///
/// Time passes only where somebody waits, but for sockets.
struct DownloadWorld: MirrorRuns {
    static let partSize = 100_000

    /// What a world mirrors.
    struct Source: Sendable {
        var provider: any LibraryProvider
        var secret: Secret
        var vault: VaultID
        /// What every key begins with.
        var folder: String
        /// What the source has now.
        var files: @Sendable () -> [VaultPath: [UInt8]]
        /// The bytes of the large file that the source has sent.
        var sent: @Sendable () -> Int64
    }

    let source: Source
    let records = MemoryRecordStore()
    let recordFaults = Faults<FaultyRecordStore.Operation>()
    let state = MemoryObjectStore()
    let clock: InstantClock
    let tellings = Tellings()
    let store: S3ObjectStore
    let simulator: S3Simulator
    var settings = DownloadSettings()

    init(_ source: Source, _ store: S3ObjectStore, _ simulator: S3Simulator, _ clock: InstantClock) {
        self.source = source
        self.store = store
        self.simulator = simulator
        self.clock = clock
        settings.upload.multipartThreshold = 50_000
        settings.upload.partSize = Self.partSize
        settings.random = { 0 }
    }

    var ports: SyncPorts {
        SyncPorts(
            provider: source.provider,
            secret: source.secret,
            mirror: store,
            destination: "here",
            state: state,
            records: FaultyRecordStore(records, fail: recordFaults),
            clock: clock
        )
    }

    /// One call of the lister.
    func list(_ input: ListInput, seconds: Int64) async throws -> ListOutput {
        let list = ListPage(ports, settings: ListSettings())
        return try await tellings.keeping {
            try await list(input, deadline: clock.now.advanced(by: .seconds(seconds)), logger: tellings.logger)
        }
    }

    /// One invocation of the downloader.
    func download(_ batch: BatchReference, of input: ListInput, seconds: Int64) async throws -> DownloadOutput {
        let download = DownloadBatch(ports, settings: settings, makeHasher: { FingerprintHasher() })
        let event = DownloadInput(run: input.run, request: input.request, batch: batch)
        return try await tellings.keeping {
            try await download(event, deadline: clock.now.advanced(by: .seconds(seconds)), logger: tellings.logger)
        }
    }

    /// A whole run, whatever files fail in it.
    func run(_ name: String) async throws {
        do {
            try await run(ListInput(run: try #require(RunID(name)), request: SyncRequest()))
        } catch let error as SyncError where error.name == .partialFailure {
            // What failed is in the records.
        }
    }

    /// Goes on a day later, when every lease has run out.
    func nextRun(_ name: String) async throws {
        clock.advance(by: .seconds(24 * 3600))
        try await run(name)
    }
}

/// A process that is killed: it reaches nobody any more.
private struct Killed: Error {}

extension DownloadWorld {
    /// Runs, and kills the process at one request: before it is served, or before its answer arrives. Nothing that it
    /// begins afterwards reaches store or records.
    func runUntilKilled(_ name: String, at number: Int, isDone: Bool) async {
        let task = Mutex<Task<Void, any Error>?>(nil)
        let dead = Counter()
        recordFaults.replace { _, _ in dead.isZero ? nil : .init(Killed()) }
        await withCheckedContinuation { started in
            simulator.setDirector { moment in
                if !dead.isZero { return moment.isDone ? .lostReply : .resetBeforeBody }
                guard moment.number == number, moment.isDone == isDone else { return nil }
                dead.increase()
                task.withLock { $0?.cancel() }
                return isDone ? .lostReply : .resetBeforeBody
            }
            task.withLock { $0 = Task { try await run(name) } }
            started.resume()
        }
        let running = task.withLock { $0 }
        // It ends with whatever the cancellation makes of it.
        _ = await running?.result
        simulator.setDirector(nil)
        recordFaults.replace(with: nil)
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        var isZero: Bool { value.withLock { $0 == 0 } }

        func increase() { value.withLock { $0 += 1 } }
    }
}

extension DownloadWorld {
    /// What holds at any time: an object is right or absent, and a record that says COMPLETED has one.
    func expectTruth(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for (path, bytes) in source.files() {
            let content = try await simulator.content(of: source.folder + path.rawValue, in: SimulatedS3.bucket)
            let record = records.files(of: source.vault)[path]
            let isRight = content == bytes
            #expect(isRight || content == nil, comment, sourceLocation: sourceLocation)
            #expect(isRight || record?.status != .completed, comment, sourceLocation: sourceLocation)
        }
    }

    /// That every file is there and recorded, and nothing else; and that no upload is open.
    func expectEverything(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expectTruth(comment, sourceLocation: sourceLocation)
        let files = source.files()
        let statuses = records.files(of: source.vault).values.map(\.status)
        #expect(statuses == Array(repeating: .completed, count: files.count), comment, sourceLocation: sourceLocation)
        let objects = simulator.objects(in: SimulatedS3.bucket)
        #expect(objects.count == files.count, comment, sourceLocation: sourceLocation)
        expectNothingOpen(comment, sourceLocation: sourceLocation)
        try await expectInvariants(sourceLocation)
    }

    /// Has the checker look at everything; it reads through the store.
    private func expectInvariants(_ sourceLocation: SourceLocation) async throws {
        let records = records
        var evidence = MirrorEvidence(
            records: records,
            mirror: store,
            state: state,
            vaults: [.init(id: source.vault, folder: String(source.folder.prefix { $0 != "/" }))],
            makeHasher: { FingerprintHasher() },
            clock: clock
        )
        evidence.leaseOwner = { records.lease(on: $0)?.owner }
        evidence.told = tellings.take()
        evidence.secrets = source.files().keys.map(\.rawValue)
        for violation in try await MirrorInvariants.violations(of: evidence) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
    }

    /// That no upload is open, not even one without parts.
    func expectNothingOpen(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(simulator.openUploads(in: SimulatedS3.bucket).isEmpty, comment, sourceLocation: sourceLocation)
    }

    /// That a run which is killed at a request leaves nothing that the next one cannot finish.
    func expectRecovery(
        fromKillAt number: Int,
        isDone: Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        await runUntilKilled("run-1", at: number, isDone: isDone)
        try await expectTruth("killed at request \(number)", sourceLocation: sourceLocation)
        try await nextRun("run-2")
        try await expectEverything("killed at request \(number)", sourceLocation: sourceLocation)
    }

    /// After one run everything is there; an upload whose beginning was not heard of goes with the next run.
    func expectFinished(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await nextRun("run-2")
        try await expectEverything(sourceLocation: sourceLocation)
    }

    /// Requests that have brought bytes into the store.
    var writes: Int { simulator.count(of: .putObject) + simulator.count(of: .uploadPart) }
}
