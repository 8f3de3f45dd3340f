import Clocks
import Downloading
import Foundation
import Listing
import Logging
import Pipeline
import StateMachine
import SyncCore
import Synchronization
import TestSupport

@testable import obsync

/// One call of something outside the functions.
struct Call: Hashable, Sendable, CustomStringConvertible {
    /// What stands there.
    enum Port: String, CaseIterable, Sendable {
        case provider, mirror, state, records, secrets, alerts, executions
    }

    let port: Port
    let operation: String

    var description: String { "\(port).\(operation)" }
}

/// Carries calls out, or does not.
typealias Wire = @Sendable (_ call: Call, _ body: () async throws -> Void) async throws -> Void

/// What stands outside the functions, kept in memory, and what runs over it.
struct Deployment: Sendable {
    let time: VirtualTime
    let library = FakeLibrary()
    let mirror: MemoryObjectStore
    let state: MemoryObjectStore
    let records = MemoryRecordStore(pageSize: 5)
    let secrets = MemorySecretStore(Secret(["provider": .string("fake")]))
    let executions = MemoryExecutionStore()
    let tellings = Tellings()
    /// Whether it is a library of media: groups that only a request of their own tells, read in ranges, and kept when they are gone.
    let isMedia: Bool
    /// Objects of somebody else in the mirror.
    let strangers: [String: [UInt8]]

    init(time: VirtualTime, isMedia: Bool) {
        self.time = time
        self.isMedia = isMedia
        let now: @Sendable () -> Clocks.Timestamp = { time.now }
        mirror = MemoryObjectStore(chunkSize: 1000, now: now)
        state = MemoryObjectStore(chunkSize: 500, now: now)
        strangers = ["Notes/mine.txt": Array("mine".utf8), "2023/photo.jpg": Array("own photo".utf8)]
        library.addVault(isMedia ? Vault(id: .notes, name: "Media", epoch: "epoch-1") : .notes)
        if !isMedia { library.addVault(Vault(id: .work, name: "Work", epoch: "epoch-1")) }
        library.setFaults { faults in
            faults.givesRanges = isMedia
            faults.concurrentFetches = isMedia ? 4 : 1
            faults.listsInStretches = isMedia
        }
    }

    /// Puts somebody's own files where the mirror is going to be.
    func putStrangers() async throws {
        for (key, bytes) in strangers {
            try await mirror.put(try ObjectKey(key), bytes, ObjectAttributes(contentType: "text/plain"))
        }
    }

    /// The functions over all this.
    ///
    /// - Parameters:
    ///   - clock: the time as the function's machine has it.
    ///   - random: numbers from 0 up to 1.
    ///   - wire: what all calls go through.
    /// - Returns: them.
    func pipeline(clock: SimulatedClock, random: @escaping @Sendable () -> Double, wire: @escaping Wire) -> Pipeline {
        let tellings = tellings
        let mirror = FaultyObjectStore(mirror, fail: Self.faults(.mirror, wire))
        var pipeline = Pipeline(
            secrets: FaultySecretStore(secrets, fail: Self.faults(.secrets, wire)),
            providers: [
                FaultyProvider(
                    FakeProvider(library),
                    hasVaultFolders: !isMedia,
                    fail: Self.faults(.provider, wire)
                )
            ],
            records: FaultyRecordStore(records, fail: Self.faults(.records, wire)),
            state: FaultyObjectStore(state, fail: Self.faults(.state, wire)),
            mirror: { _ in (mirror, "here") },
            clock: clock,
            makeHasher: { FingerprintHasher() }
        )
        pipeline.notify = { notice, logger in
            try await wire(Call(port: .alerts, operation: "notify")) { try await tellings.notify(notice, logger) }
        }
        pipeline.listing.batchSize = 3
        pipeline.listing.batchesPerPage = 2
        pipeline.listing.brake.fewest = 1000
        pipeline.listing.random = random
        pipeline.downloading.random = random
        pipeline.downloading.upload.multipartThreshold = 1000
        pipeline.downloading.upload.partSize = 2000
        pipeline.downloading.upload.partsInFlight = 2
        pipeline.downloading.storesInFlight = 2
        pipeline.randomName = { "random" }
        return pipeline
    }

    private static func faults<Operation>(_ port: Call.Port, _ wire: @escaping Wire) -> Faults<Operation> {
        Faults(carrying: { operation, body in try await wire(Call(port: port, operation: "\(operation)"), body) })
    }

    /// The state machine over functions.
    func engine(
        random: @escaping @Sendable () -> Double,
        wire: @escaping Wire,
        invoke: @escaping LocalEngine.Invoke
    ) throws -> LocalEngine {
        var engine = LocalEngine(definition: try LocalEngine.pipelineDefinition(), invoke: invoke, observe: { _ in })
        engine.executions = FaultyExecutionStore(executions, fail: Self.faults(.executions, wire))
        engine.random = random
        engine.clock = MachineClock(time: time)
        return engine
    }

    /// The state machine over functions that nothing goes wrong with.
    func cleanEngine() throws -> LocalEngine {
        let wire: Wire = { _, body in try await body() }
        let pipeline = pipeline(clock: SimulatedClock(time: time), random: { 0.5 }, wire: wire)
        let logger = tellings.logger
        return try engine(random: { 0.5 }, wire: wire) { function, event in
            let deadline = pipeline.clock.now.advanced(by: function.timeout)
            return try await pipeline.run(function, event: event, deadline: deadline, logger: logger)
        }
    }
}

extension Deployment {
    /// What does not hold when a run is over.
    func violations() async throws -> [String] {
        var evidence = MirrorEvidence(
            records: records,
            mirror: mirror,
            state: state,
            vaults: try await MirrorEvidence.WatchedVault.all(of: library, in: records, hasVaultFolders: !isMedia),
            makeHasher: { FingerprintHasher() },
            clock: SimulatedClock(time: time)
        )
        let records = records
        evidence.leaseOwner = { records.lease(on: $0)?.owner }
        evidence.keepsDeleted = isMedia
        evidence.strangers = strangers
        evidence.told = tellings.take()
        for execution in executions.executions(status: nil, limit: 1000) {
            let events = executions.events(of: execution.name, after: 0, limit: 100_000)
            evidence.told += events.map { .init("history", "\($0.details)") }
        }
        evidence.secrets = library.privateTexts
        return try await MirrorInvariants.violations(of: evidence).map(\.description)
    }

    /// The mirror that the library asks for, somebody's own files with it.
    func expectedObjects() throws -> [String: [UInt8]] {
        var expected = strangers
        for vault in library.vaults {
            var files = vault.files
            for entry in vault.newest.values where entry.kind == .group { add(entry, of: vault, to: &files) }
            for (path, bytes) in files { expected[try key(of: path, in: vault)] = bytes }
        }
        return expected
    }

    /// What may be left of media that are gone at the source: they are kept as they were last mirrored.
    func keptObjects() throws -> [String: [UInt8]] {
        var kept: [VaultPath: [UInt8]] = [:]
        guard isMedia, let vault = library.vault(.notes) else { return [:] }
        for entry in vault.changes where entry.kind == .group && vault.newest[entry.path]?.kind != .group {
            add(entry, of: vault, to: &kept)
        }
        return Dictionary(uniqueKeysWithValues: try kept.map { (try key(of: $0.key, in: vault), $0.value) })
    }

    private func add(_ group: Entry, of vault: FakeLibrary.FakeVault, to files: inout [VaultPath: [UInt8]]) {
        for file in vault.groups[group.handle] ?? [] { files[file.path] = vault.contents[file.handle] }
    }

    private func key(of path: VaultPath, in vault: FakeLibrary.FakeVault) throws -> String {
        try KeyMapping.key(folder: isMedia ? "" : vault.vault.name, path: path).rawValue
    }

    /// The mirror as it is.
    var objects: [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: mirror.objects.map { ($0.key.rawValue, $0.value.bytes) })
    }
}
