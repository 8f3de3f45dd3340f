import AWSAdapters
import AWSClient
import Clocks
import Downloading
import Listing
import SyncCore
import TestSupport
import Testing

/// The kinds of stores that a mirror can live in: records, objects and run files of one kind.
enum MirrorBackend: CaseIterable, Sendable {
    case memory, local, aws

    /// Those that can be tested here.
    static var available: [MirrorBackend] { allCases.filter { $0 != .aws || Emulator.address != nil } }

    /// Runs a world with one vault of these files, nothing of it mirrored yet.
    func with(_ files: [String: String] = [:], _ body: (MirrorWorld) async throws -> Void) async throws {
        try await recordAdapter.with { records in
            try await objectAdapter.with { mirror in
                try await objectAdapter.with { state in
                    let world = MirrorWorld(records: records, mirror: mirror, state: state)
                    for (path, text) in files.sorted(by: { $0.key < $1.key }) { world.write(text, to: path) }
                    try await body(world)
                }
            }
        }
    }

    /// Runs a world that was mirrored once.
    func withMirror(of files: [String: String], _ body: (MirrorWorld) async throws -> Void) async throws {
        try await with(files) { world in
            try await world.run("first")
            try await body(world)
        }
    }

    private var recordAdapter: RecordStoreAdapter {
        switch self {
        case .memory: .memory
        case .local: .sqlite
        case .aws: .dynamoDB
        }
    }

    private var objectAdapter: ObjectStoreAdapter {
        switch self {
        case .memory: .memory
        case .local: .folder
        case .aws: .s3
        }
    }
}

/// A vault `Notes`, and lister and downloader between it and stores of any kind. Time passes only where somebody says so.
struct MirrorWorld: MirrorRuns {
    let library = FakeLibrary()
    let clock = InstantClock()
    let tellings = Tellings()
    var records: any RecordStore
    var mirror: any ObjectStore
    var state: any ObjectStore
    var listing = ListSettings()
    var downloading = DownloadSettings()

    init(records: any RecordStore, mirror: any ObjectStore, state: any ObjectStore) {
        self.records = records
        self.mirror = mirror
        self.state = state
        listing.random = { 0.5 }
        downloading.random = { 0.5 }
        library.addVault(Vault(id: .notes, name: "Notes", epoch: "epoch-1"))
        library.accept(token: "token")
    }

    private var ports: SyncPorts {
        get throws {
            SyncPorts(
                provider: FakeProvider(library),
                secret: try Secret(json: Array(#"{"provider": "fake", "token": {"value": "token"}}"#.utf8)),
                mirror: mirror,
                destination: "here",
                state: state,
                records: records,
                clock: clock
            )
        }
    }

    /// One call of the lister.
    func list(_ input: ListInput, seconds: Int64) async throws -> ListOutput {
        let list = ListPage(try ports, settings: listing)
        return try await tellings.keeping {
            try await list(input, deadline: clock.now.advanced(by: .seconds(seconds)), logger: tellings.logger)
        }
    }

    /// One call of the downloader.
    func download(_ batch: BatchReference, of input: ListInput, seconds: Int64) async throws -> DownloadOutput {
        let download = DownloadBatch(try ports, settings: downloading, makeHasher: { FingerprintHasher() })
        let event = DownloadInput(run: input.run, request: input.request, batch: batch)
        return try await tellings.keeping {
            try await download(event, deadline: clock.now.advanced(by: .seconds(seconds)), logger: tellings.logger)
        }
    }

    // MARK: - What is changed at the source

    func write(_ text: String, to path: String) {
        library.write(Array(text.utf8), to: VaultPath(path), in: .notes)
    }

    func delete(_ path: String) {
        library.delete(VaultPath(path), in: .notes)
    }

    /// What a listing of everything no longer names, although nobody has said that it was deleted.
    func lose(where isLost: (Int64) -> Bool) {
        library.change(.notes) { vault in vault.changes.removeAll { isLost($0.version) } }
    }

    // MARK: - What has come of it

    /// The mirror as texts by path.
    var texts: [String: String] {
        get async throws {
            var texts: [String: String] = [:]
            for page in try await mirror.list("", after: nil).collected() {
                for object in page {
                    let stream = try #require(try await mirror.read(ObjectKey(object.key), from: 0))
                    var bytes: [UInt8] = []
                    var chunks = stream.makeAsyncIterator()
                    while let chunk = try await chunks.next(isolation: nil) { bytes += chunk }
                    texts[object.key] = String(decoding: bytes, as: UTF8.self)
                }
            }
            return texts
        }
    }

    /// The records by path.
    var files: [String: FileRecord] {
        get async throws {
            var files: [String: FileRecord] = [:]
            var pages = records.allRecords(in: .notes, after: nil).makeAsyncIterator()
            while let page = try await pages.next(isolation: nil) {
                for record in page { files[record.path.rawValue] = record }
            }
            return files
        }
    }

    /// Puts an object of somebody else into the vault's folder.
    func overwrite(_ path: String, _ text: String, sha256: String? = nil) async throws {
        let attributes = ObjectAttributes(contentType: "text/plain", sha256: sha256)
        try await mirror.put(ObjectKey("Notes/" + path), Array(text.utf8), attributes)
    }

    /// Runs to the end, an hour after whatever was before: the lease of a run that failed has run out by then.
    @discardableResult
    func run(
        _ name: String,
        excusing excused: Set<MirrorEvidence.Rule> = [],
        sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout SyncRequest) -> Void = { _ in }
    ) async throws -> Summary {
        clock.advance(by: .seconds(3600))
        var request = SyncRequest()
        change(&request)
        let output = try await run(ListInput(run: try #require(RunID(name)), request: request))
        var evidence = MirrorEvidence(
            records: records,
            mirror: mirror,
            state: state,
            vaults: [.init(id: .notes, folder: "Notes")],
            makeHasher: { FingerprintHasher() },
            clock: clock
        )
        evidence.keepsDeleted = listing.deletions == .keep
        // Some of these worlds hold what others have put there, and see by themselves that it stays.
        evidence.excused = excused.union([.keys])
        evidence.told = tellings.take()
        evidence.secrets = library.privateTexts
        for violation in try await MirrorInvariants.violations(of: evidence) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
        return try #require(output.summary)
    }
}

/// Lister and downloader, called in turns as the state machine calls them.
protocol MirrorRuns: Sendable {
    func list(_ input: ListInput, seconds: Int64) async throws -> ListOutput
    func download(_ batch: BatchReference, of input: ListInput, seconds: Int64) async throws -> DownloadOutput
}

extension MirrorRuns {
    func list(_ input: ListInput) async throws -> ListOutput {
        try await list(input, seconds: 300)
    }

    func download(_ batch: BatchReference, of input: ListInput) async throws -> DownloadOutput {
        try await download(batch, of: input, seconds: 300)
    }

    /// A whole run: what fails in passing is tried again, a batch stops nobody else.
    ///
    /// - Returns: the lister's last answer.
    @discardableResult
    func run(_ input: ListInput) async throws -> ListOutput {
        var input = input
        for _ in 1...200 {
            let output = try await list(input)
            input.cursor = output.cursor
            if output.next != .work { return output }
            for batch in output.batches { try await workOff(batch, of: input) }
        }
        throw SyncError(.protocolChanged, "the run does not end")
    }

    /// Invokes the downloader until a batch is finished, or fails too often.
    func workOff(_ batch: BatchReference, of input: ListInput) async throws {
        for _ in 1...5 {
            do {
                if try await download(batch, of: input).status == .complete { return }
            } catch let error as SyncError where error.isRetryable {
                continue
            }
        }
    }
}

// swift-format-ignore: NeverForceUnwrap
extension VaultID {
    static let notes = VaultID("notes-id")!
}
