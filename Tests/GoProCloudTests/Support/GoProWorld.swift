import Clocks
import Downloading
import HTTPTransport
import Listing
import Logging
import NIOCore
import NIOHTTP1
import Pipeline
import Simulators
import StateMachine
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import GoProCloud
@testable import obsync

/// A simulated account and everything that mirrors it, in one process and without sockets. Time stands still but for waits.
struct GoProWorld: Sendable {
    let library: SimulatedMediaLibrary
    let simulator: GoProSimulator
    let clock: ManualClock
    let http: SimulatedHTTP
    let mirror: MemoryObjectStore
    let state = MemoryObjectStore()
    let records: MemoryRecordStore
    let secrets: MemorySecretStore
    var configuration: GoProProvider.Configuration
    var listing = ListSettings()
    /// How long one call of the lister may take.
    var listerTime: Duration = .seconds(270)
    /// How long one call of the downloader may take; nil for as long as on Lambda.
    var downloaderTime: Duration?
    /// What the functions have told anybody.
    let tellings = Tellings()
    /// Counts the calls of the downloader.
    let downloads = Counter()
    /// Counts the calls of the lister.
    let lists = Counter()

    init(
        _ media: [SimulatedMedium],
        addressLifetime: Double = 3600,
        largestPage: Int = 100,
        _ configure: (inout GoProSimulator.Configuration) -> Void = { _ in }
    ) throws {
        let library = SimulatedMediaLibrary(media)
        let stores = (MemoryObjectStore(), MemoryRecordStore())
        try self.init(library, ManualClock(), stores) { settings in
            settings.addressLifetime = addressLifetime
            settings.largestPage = largestPage
            configure(&settings)
        }
    }

    /// The mirror of another world with another library.
    init(
        _ world: GoProWorld,
        library: SimulatedMediaLibrary,
        _ configure: (inout GoProSimulator.Configuration) -> Void
    ) throws {
        try self.init(library, world.clock, (world.mirror, world.records), configure)
    }

    private init(
        _ library: SimulatedMediaLibrary,
        _ clock: ManualClock,
        _ stores: (MemoryObjectStore, MemoryRecordStore),
        _ configure: (inout GoProSimulator.Configuration) -> Void
    ) throws {
        var settings = GoProSimulator.Configuration()
        settings.unixTime = { Double(clock.now.milliseconds) / 1000 }
        configure(&settings)
        (mirror, records) = stores
        self.library = library
        simulator = GoProSimulator(library: library, configuration: settings, logger: quiet)
        self.clock = clock
        http = SimulatedHTTP(simulator)
        secrets = MemorySecretStore(GoProDemo.sampleSecret)
        configuration = try .init(environment: GoProDemo.environment(simulator))
    }

    var provider: GoProProvider {
        GoProProvider(configuration, executor: http, clock: clock, random: { 0.5 })
    }

    var pipeline: Pipeline {
        let mirror = mirror
        var pipeline = Pipeline(
            secrets: secrets,
            providers: [provider],
            records: records,
            state: state,
            mirror: { _ in (mirror, "here") },
            clock: clock,
            makeHasher: { FingerprintHasher() }
        )
        pipeline.listing = listing
        pipeline.downloading.random = { 0.5 }
        return pipeline
    }

    /// Runs the state machine to its end.
    @discardableResult
    func run(
        complete: Bool = false,
        allowDeletions: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Summary {
        var request = SyncRequest()
        request.syncType = complete ? .complete : .incremental
        request.options.allowDeletions = allowDeletions
        let (pipeline, tellings) = (pipeline, tellings)
        let (listerTime, downloaderTime, downloads, lists) = (listerTime, downloaderTime, downloads, lists)
        let engine = LocalEngine(
            definition: try LocalEngine.pipelineDefinition(),
            invoke: { function, event in
                if function == .downloader { _ = downloads.next() }
                if function == .lister { _ = lists.next() }
                let time =
                    switch function {
                    case .lister: listerTime
                    case .downloader: downloaderTime ?? function.timeout
                    case .authenticator: function.timeout
                    }
                let deadline = pipeline.clock.now.advanced(by: time)
                return try await pipeline.run(function, event: event, deadline: deadline, logger: tellings.logger)
            },
            observe: { tellings.add("history", "\($0.details)") }
        )
        let summary = try await engine.run(request, name: "run-\(pipeline.randomName())")
        try await expectInvariants(sourceLocation)
        return summary
    }

    /// Has the checker look at everything.
    private func expectInvariants(_ sourceLocation: SourceLocation) async throws {
        guard let vault = VaultID("gopro") else { return }
        var evidence = MirrorEvidence(
            records: records,
            mirror: mirror,
            state: state,
            vaults: [.init(id: vault, folder: "")],
            makeHasher: { FingerprintHasher() },
            clock: clock
        )
        let records = records
        evidence.leaseOwner = { records.lease(on: $0)?.owner }
        evidence.told = tellings.take()
        evidence.secrets = library.privateTexts
        evidence.keepsDeleted = listing.deletions ?? .keep == .keep
        for violation in try await MirrorInvariants.violations(of: evidence) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
    }

    /// A secret with a token that works.
    func secret() async throws -> Secret {
        let stored = try await secrets.current()
        if case .valid = try await provider.check(stored.secret, logger: quiet) { return stored.secret }
        let renewed = try await provider.renew(stored.secret, logger: quiet)
        secrets.edit { _ in renewed }
        return renewed
    }

    /// Opens the library.
    func withSession<Result: Sendable>(
        since cursor: SourceCursor? = nil,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        guard let id = VaultID("gopro") else { throw SyncError(.invalidInput, "no id") }
        return try await provider.withLibrary(try await secret(), logger: quiet) { source in
            try await source.withVault(id, since: cursor, body)
        }
    }

    /// What differs between the mirror and the simulator's own account; nothing when they are equal.
    func differences() -> [String] {
        var objects = Dictionary(mirror.objects.map { ($0.rawValue, $1.bytes) }) { first, _ in first }
        var differences: [String] = []
        for file in library.account() {
            let bytes = objects.removeValue(forKey: file.path)
            if bytes == nil {
                differences.append("missing \(file.path)")
            } else if bytes != file.content.bytes(0..<file.size) {
                differences.append("different \(file.path)")
            }
        }
        return differences + objects.keys.sorted().map { "unexpected \($0)" }
    }
}

/// Sends requests to a simulator without sockets.
final class SimulatedHTTP: HTTPExecutor {
    private let simulator: GoProSimulator
    private let pieceSize: Int64
    private let onPiece = Mutex<(@Sendable () -> Void)?>(nil)
    private let onRequest = Mutex<(@Sendable (String) throws -> Void)?>(nil)
    private let urls = Mutex<[String]>([])

    init(_ simulator: GoProSimulator, pieceSize: Int64 = 64 << 10) {
        self.simulator = simulator
        self.pieceSize = pieceSize
    }

    /// The URLs that were asked for.
    var askedURLs: [String] { urls.withLock { $0 } }

    /// Sets what is called before each piece of a body.
    func beforeEachPiece(_ body: (@Sendable () -> Void)?) {
        onPiece.withLock { $0 = body }
    }

    /// Sets what is called with the address before each request; what it throws is the answer.
    func beforeEachRequest(_ body: (@Sendable (String) throws -> Void)?) {
        onRequest.withLock { $0 = body }
    }

    func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        urls.withLock { $0.append(request.url) }
        if let onRequest = onRequest.withLock({ $0 }) { try onRequest(request.url) }
        let isForMedia = request.url.hasPrefix(simulator.mediaURL)
        guard isForMedia || request.url.hasPrefix(simulator.baseURL) else {
            throw TransportError(.connectionFailed, message: "no such host")
        }
        let base = isForMedia ? simulator.mediaURL : simulator.baseURL
        var body: [UInt8] = []
        if case .bytes(let buffer) = request.body { body = Array(buffer.readableBytesView) }
        let answer = simulator.answer(
            .init(
                method: request.method.rawValue,
                target: String(request.url.dropFirst(base.count)),
                headers: request.headers.map { ($0.name, $0.value) },
                body: body
            ),
            isForMedia: isForMedia
        )
        let headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
        switch answer.body {
        case .bytes(let bytes):
            return HTTPResponse(
                status: answer.status,
                headers: headers,
                body: BufferedBody(ByteBuffer(bytes: bytes))
            )
        case .generated(let content, let range, let cut):
            let onPiece = onPiece.withLock { $0 }
            let body = GeneratedBody(
                content: content,
                range: range,
                cut: cut,
                pieceSize: pieceSize,
                onPiece: onPiece
            )
            return HTTPResponse(status: answer.status, headers: headers, body: body)
        }
    }
}

/// A body that is made while it is read, and breaks where it has to.
struct GeneratedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let content: GeneratedBytes
    let range: Range<Int64>
    let cut: GoProSimulator.Response.Cut?
    let pieceSize: Int64
    let onPiece: (@Sendable () -> Void)?

    func makeAsyncIterator() -> Iterator { Iterator(body: self, offset: range.lowerBound) }

    struct Iterator: AsyncIteratorProtocol {
        let body: GeneratedBody
        var offset: Int64

        mutating func next() async throws -> ByteBuffer? {
            body.onPiece?()
            let end = body.cut.map { body.range.lowerBound + $0.after } ?? body.range.upperBound
            guard offset < end else {
                guard let cut = body.cut else { return nil }
                throw TransportError(cut.manner == .silent ? .timedOut : .connectionLost, message: "cut")
            }
            let next = Swift.min(end, offset + body.pieceSize)
            defer { offset = next }
            return ByteBuffer(bytes: body.content.bytes(offset..<next))
        }
    }
}

let quiet: Logger = {
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    return logger
}()

extension VaultSession {
    /// Everything that is listed, and the end.
    func entries() async throws -> (entries: [Entry], end: ListingEnd) {
        var entries: [Entry] = []
        let end = try await list { entries.append($0) }
        return (entries, end)
    }

    /// The files of the group of a medium, as the listing names it.
    func files(ofMedium id: String) async throws -> GroupFiles {
        guard let group = try await entries().entries.last(where: { $0.path.rawValue.hasSuffix("/\(id)") }) else {
            throw SyncError(.sourceGone, "not listed")
        }
        return try await files(of: group)
    }

    /// The digest and size of a body.
    func digest(of entry: Entry) async throws -> (digest: String, size: Int64) {
        try await withContent(of: entry) { content in try await GoProCloudTests.digest(of: content.stream) }
    }
}

/// Digest and size of a stream.
func digest(of stream: ByteStream) async throws -> (digest: String, size: Int64) {
    var hasher = FingerprintHasher()
    var size: Int64 = 0
    var chunks = stream.makeAsyncIterator()
    while let bytes = try await chunks.next(isolation: nil) {
        hasher.update(bytes)
        size += Int64(bytes.count)
    }
    return (hasher.hexDigest(), size)
}

extension GeneratedBytes {
    /// The digest of a range.
    func digest(_ range: Range<Int64>) -> String {
        var hasher = FingerprintHasher()
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 20) {
            hasher.update(bytes(start..<min(range.upperBound, start + 1 << 20)))
        }
        return hasher.hexDigest()
    }
}

/// Media of tests.
enum Samples {
    /// The moment at which the manual clock starts, in seconds.
    static let now: Int64 = 1_770_000_000

    static func id(_ number: Int) -> String {
        let digits = String(number)
        return "Test" + String(repeating: "0", count: 9 - digits.count) + digits
    }

    /// A video that was uploaded so many days ago.
    static func video(_ number: Int, daysAgo: Int64 = 10, chapters: [Int64] = [100]) -> SimulatedMedium {
        .video(
            id: id(number),
            filename: "GX010639.MP4",
            captured: now - (daysAgo + 1) * 86_400,
            created: now - daysAgo * 86_400,
            chapters: chapters
        )
    }
}
