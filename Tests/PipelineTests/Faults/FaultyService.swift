import Checksums
import Clocks
import HTTPTransport
import ObsidianSync
import Pipeline
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// The whole pipeline in this process, against the simulated service over sockets: the state machine, the three use cases,
/// the provider. Stores are in memory, and waits take no time.
struct FaultyService: Sendable {
    static let vaultPassword = "a vault's password"
    static let totpSecret = "JBSWY3DPEHPK3PXP"

    let mirror = MemoryObjectStore()
    let state = MemoryObjectStore()
    let records = MemoryRecordStore()
    let clock = InstantClock()
    let secrets: MemorySecretStore
    var environment: [String: String] = [:]
    /// How long the service may take to open a socket, and to answer.
    var timeout: Duration?

    init() {
        var secret = Secret([:])
            .setting(.string("obsidian"), at: "provider")
            .setting(.string("fault@example.com"), at: "auth", "email")
            .setting(.string(Self.password), at: "auth", "password")
            .setting(.string(Self.totpSecret), at: "auth", "totp_secret")
        for id in [Self.notesID, Self.archiveID] {
            secret = secret.setting(.string(Self.vaultPassword), at: "vaults", id, "password")
        }
        secrets = MemorySecretStore(secret)
    }

    // MARK: - What there is to mirror

    static let notesID = "00000000000000000000000000000042"
    static let archiveID = "00000000000000000000000000000043"
    private static let password = "lantern-of-the-account"

    /// A vault of version 3 with what is hard, and a small one of version 0 where it is asked for.
    static func makeLibrary(
        salt: String = "some salt",
        version: Int = 3,
        withArchive: Bool = false
    ) throws -> SimulatedLibrary {
        var notes = SimulatedVault.Configuration(id: notesID, name: "Notes", password: vaultPassword, salt: salt)
        notes.encryptionVersion = version
        let account = SimulatedLibrary.Account(
            email: "fault@example.com",
            password: password,
            totpSecret: totpSecret
        )
        let vault = try SimulatedVault(notes)
        try fill(vault)
        return SimulatedLibrary(account: account, vaults: withArchive ? [vault, try makeArchive()] : [vault])
    }

    private static func makeArchive() throws -> SimulatedVault {
        var settings = SimulatedVault.Configuration(
            id: archiveID,
            name: "Archive",
            password: vaultPassword,
            salt: "other"
        )
        settings.encryptionVersion = 0
        let vault = try SimulatedVault(settings)
        // So that no uid of a file means something in both vaults.
        for number in 1...40 { vault.write("Old/\(number).md", .text("\(number)")) }
        for number in 2...38 { try vault.delete("Old/\(number).md") }
        return vault
    }

    private static func fill(_ vault: SimulatedVault) throws {
        vault.makeFolder("Folder")
        vault.makeFolder("Empty folder")
        vault.write("Folder/Hello.md", .text("Hello, world!\n"))
        vault.write("Folder/Empty.md", .bytes([]))
        vault.write("Caf\u{E9}.md", .text("composed"))
        vault.write("Cafe\u{301}.md", .text("decomposed"))
        vault.write("Readme.md", .text("one"))
        vault.write("README.md", .text("two"))
        vault.write("Rewritten.md", .text("first"))
        vault.write("Old name.md", .text("renamed"))
        vault.write("Gone.md", .text("gone"))
        vault.write(large, .generated(seed: "large", size: 5000))
        try vault.rename("Old name.md", to: "New name.md")
        vault.write("Rewritten.md", .text("second"))
        try vault.delete("Gone.md")
    }

    /// A file of several pieces: the one that faults strike.
    static let large = "Folder/Large.bin"

    /// The uid of the file that faults of one file strike.
    static func target(in library: SimulatedLibrary) throws -> SimulatedFile {
        try #require(library.vaults[0].account().files.first { $0.path == large })
    }

    // MARK: - Runs

    /// Serves a library while `body` runs.
    @discardableResult
    func serve<Result: Sendable>(
        _ library: SimulatedLibrary,
        _ body: (ObsidianSimulator, Runner) async throws -> Result
    ) async throws -> Result {
        var configuration = ObsidianSimulator.Configuration()
        configuration.pieceSize = 1000
        let clock = clock
        configuration.unixTime = { clock.now.milliseconds / 1000 }
        return try await withObsidianSimulator(library: library, configuration: configuration, logger: quietLogger) {
            simulator in
            try await AsyncHTTPClientTransport.with { transport in
                try await body(
                    simulator,
                    Runner(service: self, library: library, url: simulator.baseURL, transport: transport)
                )
            }
        }
    }

    /// Starts executions.
    struct Runner: Sendable {
        var service: FaultyService
        let library: SimulatedLibrary
        let tellings = Tellings()
        let url: String
        let transport: AsyncHTTPClientTransport

        /// The same runner with less patience for the service.
        func givingUp(after timeout: Duration) -> Runner {
            var runner = self
            runner.service.timeout = timeout
            return runner
        }

        /// Runs the state machine once.
        @discardableResult
        func run(complete: Bool = false, allowDeletions: Bool = false) async throws -> Summary {
            var request = SyncRequest()
            request.options.allowDeletions = allowDeletions
            request.syncType = complete ? .complete : .incremental
            // The lease of a run that failed has run out by then.
            service.clock.advance(by: .seconds(3600))
            let pipeline = try pipeline
            let tellings = tellings
            let engine = LocalEngine(
                definition: try LocalEngine.pipelineDefinition(),
                invoke: { function, event in
                    let deadline = pipeline.clock.now.advanced(by: function.timeout - .seconds(30))
                    return try await pipeline.run(function, event: event, deadline: deadline, logger: tellings.logger)
                },
                observe: { tellings.add("history", "\($0.details)") },
                clock: NoWaiting(service: service.clock)
            )
            let name = "run-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
            let summary = try await engine.run(request, name: name)
            try await service.expectInvariants(tellings.take(), library.privateTexts)
            return summary
        }

        private var pipeline: Pipeline {
            get throws {
                var variables = service.environment
                variables["OBSIDIAN_API_URL"] = url
                var configuration = try ObsidianProvider.Configuration(environment: variables)
                if let timeout = service.timeout {
                    configuration.timeouts.opening = timeout
                    configuration.timeouts.answer = timeout
                }
                let mirror = service.mirror
                return Pipeline(
                    secrets: service.secrets,
                    providers: [
                        ObsidianProvider(configuration, executor: transport, clock: service.clock, random: { 0.5 })
                    ],
                    records: service.records,
                    state: service.state,
                    mirror: { _ in (mirror, "memory") },
                    clock: service.clock,
                    makeHasher: { SHA256Hasher() }
                )
            }
        }
    }

    /// Waits of retries take no time, but move the functions' clock. The limits of tasks, which the machine waits for too, have
    /// to last.
    private struct NoWaiting: InterpreterClock {
        private static let limits: Set<Duration> = [.seconds(60), .seconds(330), .seconds(960)]

        let service: InstantClock

        func now() -> StateMachine.Timestamp { SystemInterpreterClock().now() }

        func sleep(for duration: Duration) async throws {
            try Task.checkCancellation()
            guard Self.limits.contains(duration) else { return service.advance(by: duration) }
            try await Task.sleep(for: duration)
        }
    }

    // MARK: - What came of it

    /// Has the checker look at everything.
    private func expectInvariants(_ told: [MirrorEvidence.Told], _ secrets: [String]) async throws {
        var evidence = MirrorEvidence(
            records: records,
            mirror: mirror,
            state: state,
            vaults: [],
            makeHasher: { SHA256Hasher() },
            clock: clock
        )
        for id in [Self.notesID, Self.archiveID] {
            let vault = try #require(VaultID(id))
            // A vault that a test does not have is not looked at.
            guard let folder = try await records.state(of: vault)?.folder else { continue }
            evidence.vaults.append(.init(id: vault, folder: folder))
        }
        let records = records
        evidence.leaseOwner = { records.lease(on: $0)?.owner }
        (evidence.told, evidence.secrets) = (told, secrets)
        for violation in try await MirrorInvariants.violations(of: evidence) { Issue.record("\(violation)") }
    }

    /// The SHA-256 of every file of the mirror.
    var digests: [VaultPath: String] {
        var digests: [VaultPath: String] = [:]
        for (key, object) in mirror.objects {
            var hasher = SHA256Hasher()
            hasher.update(object.bytes)
            digests[VaultPath(key.rawValue)] = hasher.hexDigest()
        }
        return digests
    }

    /// What the simulator itself says has to be there, but for one file.
    static func account(of library: SimulatedLibrary, without uid: Int64? = nil) -> [VaultPath: String] {
        var digests: [VaultPath: String] = [:]
        for vault in library.accounts() {
            for file in vault.files where file.uid != uid || vault.id != notesID {
                digests[VaultPath(vault.name + "/" + file.path)] = file.sha256
            }
        }
        return digests
    }

    /// The record of a version of the first vault.
    func record(uid: Int64) throws -> FileRecord? {
        let id = try #require(VaultID(Self.notesID))
        return records.files(of: id).values.first { $0.version == uid }
    }
}
