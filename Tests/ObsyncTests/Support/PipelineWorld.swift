import Clocks
import Downloading
import Listing
import Logging
import Pipeline
import StateMachine
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// The whole pipeline in memory, under its own state machine: the provider, the stores, and the kept executions.
struct PipelineWorld: Sendable {
    let library = FakeLibrary()
    let mirror = MemoryObjectStore()
    /// Where executions with a `dest_prefix` store.
    let elsewhere = MemoryObjectStore()
    /// Whether the deployment's own place is that one.
    var isMoved = false
    /// The invariants that a test breaks on purpose.
    var excused: Set<MirrorEvidence.Rule> = []
    let state = MemoryObjectStore()
    let records = MemoryRecordStore()
    var secrets = MemorySecretStore(Secret(["provider": .string("fake")]))
    let clock = TestSupport.InstantClock()
    let executions = MemoryExecutionStore()
    /// What the functions have told anybody.
    let tellings = Tellings()
    let mirrorFaults = Faults<FaultyObjectStore.Operation>()
    let stateFaults = Faults<FaultyObjectStore.Operation>()
    let recordFaults = Faults<FaultyRecordStore.Operation>()
    /// The files whose contents were asked for, in order.
    let fetched = Fetched()
    var listing = ListSettings()
    /// Runs before each invocation of a function, which fails with what it throws.
    var beforeInvocation: @Sendable (PipelineFunction) throws -> Void = { _ in }

    /// A world of one vault with files of a few bytes each, named `file-0000.md` and so on.
    init(files: Int = 0, name: String = "Notes", vault: VaultID = .notes) {
        library.addVault(Vault(id: vault, name: name, epoch: "epoch-1"))
        for number in 0..<files { write("text \(number)", to: Self.path(number), in: vault) }
        library.setBeforeContent { [fetched] entry in fetched.add(entry.path) }
    }

    static func path(_ number: Int) -> String {
        let digits = String(number)
        return "file-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".md"
    }

    func write(_ text: String, to path: String, in vault: VaultID = .notes) {
        library.write(Array(text.utf8), to: VaultPath(path), in: vault)
    }

    var pipeline: Pipeline {
        let mirror = FaultyObjectStore(mirror, fail: mirrorFaults)
        var pipeline = Pipeline(
            secrets: secrets,
            providers: [FakeProvider(library)],
            records: FaultyRecordStore(records, fail: recordFaults),
            state: FaultyObjectStore(state, fail: stateFaults),
            mirror: { [isMoved, elsewhere] request in
                if isMoved || request.destinationPrefix != nil { return (elsewhere, "vaults/") }
                return (mirror, "here")
            },
            clock: clock,
            makeHasher: { FingerprintHasher() }
        )
        pipeline.notify = tellings.notify
        pipeline.listing = listing
        pipeline.downloading.random = { 0 }
        return pipeline
    }

    /// The engine over this world; waits before retries are of no length.
    func engine() throws -> LocalEngine {
        let (pipeline, beforeInvocation, tellings) = (pipeline, beforeInvocation, tellings)
        var engine = LocalEngine(
            definition: try LocalEngine.pipelineDefinition(),
            invoke: { function, event in
                try beforeInvocation(function)
                let deadline = pipeline.clock.now.advanced(by: function.timeout)
                return try await pipeline.run(function, event: event, deadline: deadline, logger: tellings.logger)
            },
            observe: { _ in }
        )
        engine.executions = executions
        engine.random = { 0 }
        return engine
    }

    @discardableResult
    func run(
        _ input: JSONValue = [:],
        name: String = "run-1",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Summary {
        try await checked(name, sourceLocation) { try await engine().run(input: input, name: name) }
    }

    @discardableResult
    func redrive(
        _ name: String = "run-1",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Summary {
        try await checked(name, sourceLocation) { try await engine().redrive(name) }
    }

    /// At the end of a run all invariants hold, also where files have failed.
    private func checked(
        _ name: String,
        _ sourceLocation: SourceLocation,
        _ run: () async throws -> Summary
    ) async throws -> Summary {
        do {
            let summary = try await run()
            try await expectInvariants(after: name, sourceLocation)
            return summary
        } catch let error as SyncError where error.name == .partialFailure {
            try await expectInvariants(after: name, sourceLocation)
            throw error
        }
    }

    /// Has the checker look at everything: no execution tells a path, a text or a token.
    private func expectInvariants(after name: String, _ sourceLocation: SourceLocation) async throws {
        // Where the deployment's own place has moved, the records of before are those of the old one.
        guard !isMoved else { return }
        let vaults = library.vaults
        var evidence = MirrorEvidence(
            records: records,
            mirror: mirror,
            state: state,
            vaults: vaults.map { .init(id: $0.vault.id, folder: $0.vault.name) },
            makeHasher: { FingerprintHasher() },
            clock: clock
        )
        evidence.excused = excused
        // Asking for a lease would begin a term, and so end the run that a test goes on with. A successor bears its run's name.
        let records = records
        evidence.leaseOwner = { vault in
            records.lease(on: vault).map(\.owner).flatMap { owner in
                name == owner.rawValue || name.hasPrefix(owner.rawValue + "-c") ? owner : nil
            }
        }
        evidence.told = tellings.take()
        evidence.secrets = library.privateTexts
        for execution in executions.executions(status: nil, limit: 1000) {
            evidence.told += events(of: execution.name).map { .init("history", "\($0.details)") }
            evidence.told.append(.init("output", execution.output?.jsonText ?? execution.cause ?? ""))
        }
        for violation in try await MirrorInvariants.violations(of: evidence) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
    }

    func events(of name: String = "run-1") -> [HistoryEvent] {
        executions.events(of: name, after: 0, limit: 100_000)
    }

    /// The names of the states that an execution entered, in order.
    func entered(_ name: String = "run-1") -> [String] {
        events(of: name).filter(\.type.isEntry).compactMap(\.details.name)
    }

    /// Whether the mirror holds exactly the library's files.
    func isWhole(_ vault: VaultID = .notes) -> Bool {
        let expected = library.vault(vault)?.files.values.map { String(decoding: $0, as: UTF8.self) }.sorted()
        return mirror.objects.values.map { String(decoding: $0.bytes, as: UTF8.self) }.sorted() == expected
    }
}

/// Files in the order in which they were asked for.
final class Fetched: Sendable {
    private let paths = Mutex<[String]>([])

    func add(_ path: VaultPath) { paths.withLock { $0.append(path.rawValue) } }

    /// The files since the last time this was asked.
    func take() -> [String] {
        paths.withLock { paths in
            defer { paths = [] }
            return paths
        }
    }
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

// swift-format-ignore: NeverForceUnwrap
extension VaultID {
    static let notes = VaultID("notes-id")!
}
