import Foundation
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing
import UnixSignals

@testable import obsync

/// `obsync sync` as a process that gets signals in the middle of its work.
@Suite("a run that a signal stops", .tags(.integration))
struct InterruptionTests {
    /// Starts a run that stands still in the middle: the service gives no answers to the last pulls.
    private func withStandingRun(
        prefix: String = "",
        _ body: @escaping @Sendable (ObsyncProcess, LocalFolder, ObsidianSimulator) async throws -> Void
    ) async throws {
        let library = try SampleLibrary.make()
        try await withMirror(library) { folder, provider in
            let vault = try library.vault(named: SampleLibrary.fieldNotesName).account()
            for file in vault.files.sorted(by: { VaultPath($0.path) < VaultPath($1.path) }).suffix(20) {
                provider.inject(.pullStalled, uid: file.uid, times: nil)
            }
            let run = try ObsyncProcess(
                script: "exec \(prefix) $OBSYNC sync --dest \(folder.path) --credentials \(folder.credentials)",
                environment: ["OBSIDIAN_API_URL": provider.baseURL]
            )
            try run.start()
            defer { if run.process.isRunning { kill(run.process.processIdentifier, SIGKILL) } }
            var waited = 0
            while provider.counters.pulls < 100, waited < 300 {
                waited += 1
                try await Task.sleep(for: .milliseconds(200))
            }
            try await body(run, folder, provider)
        }
    }

    /// The run stopped in good order, and the same command does the rest.
    private func expectGoodEnd(
        _ outcome: ProgramOutcome,
        after duration: Duration,
        _ folder: LocalFolder,
        _ provider: ObsidianSimulator
    ) async throws {
        #expect(duration < .seconds(10))
        #expect(outcome.error.contains("stopped by SIG"))
        #expect(outcome.error.contains("the same command goes on from here"))
        let kept = try await KeptExecutions(in: folder).store.executions(status: nil, limit: 10)
        #expect(kept.map(\.status) == [.aborted])
        provider.faults = .init()
        let pulls = provider.counters.pulls
        let again = try await ObsyncProcess.run(
            ["sync", "--dest", folder.path, "--credentials", folder.credentials, "--json"],
            environment: ["OBSIDIAN_API_URL": provider.baseURL]
        )
        #expect(again.status == 0)
        let files = try SampleLibrary.make().accounts().reduce(0) { $0 + $1.files.count }
        #expect(provider.counters.pulls - pulls < files - 50, "what had arrived stayed")
    }

    @Test(
        "ends within ten seconds, says how far it came, and the same command goes on",
        .timeLimit(.minutes(5)),
        arguments: [SIGINT, SIGTERM, SIGHUP]
    )
    func signals(_ signal: Int32) async throws {
        try await withStandingRun { run, folder, provider in
            let asked = ContinuousClock.now
            kill(run.process.processIdentifier, signal)
            let outcome = try await run.outcome()
            #expect(outcome.status == 128 + signal)
            try await expectGoodEnd(outcome, after: .now - asked, folder, provider)
        }
    }

    @Test("a second signal ends it at once", .timeLimit(.minutes(5)))
    func second() async throws {
        try await withStandingRun { run, _, _ in
            kill(run.process.processIdentifier, SIGINT)
            try await Task.sleep(for: .milliseconds(500))
            let asked = ContinuousClock.now
            kill(run.process.processIdentifier, SIGTERM)
            let status = try await run.outcome().status
            // A machine with much to do may deliver the second one only when the first has ended the run already.
            #expect(status == 143 || status == 130)
            #expect(.now - asked < .seconds(3))
        }
    }

    @Test("as process 1 of a container it obeys as well", .timeLimit(.minutes(5)), .enabled(if: Self.canUnshare))
    func processOne() async throws {
        try await withStandingRun(prefix: Self.unshare) { run, folder, provider in
            let outer = run.process.processIdentifier
            let text = try String(contentsOfFile: "/proc/\(outer)/task/\(outer)/children", encoding: .utf8)
            let inner = try #require(text.split(separator: " ").first.flatMap { Int32($0) })
            let asked = ContinuousClock.now
            kill(inner, SIGTERM)
            let outcome = try await run.outcome()
            #expect(outcome.status == 143)
            try await expectGoodEnd(outcome, after: .now - asked, folder, provider)
        }
    }

    @Test(
        "a signal that was switched off by whoever started the run, as nohup does, stays off",
        .timeLimit(.minutes(5))
    )
    func nohup() async throws {
        try await withMirror { folder, provider in
            let sync = "sync --dest \(folder.path) --credentials \(folder.credentials)"
            let outcome = try await ObsyncProcess.run(
                script: "trap '' HUP; $OBSYNC \(sync) & sleep 0.3; kill -HUP $!; wait $!",
                environment: ["OBSIDIAN_API_URL": provider.baseURL]
            )
            #expect(outcome.status == 0)
        }
    }

    private static let unshare = "unshare --user --map-root-user --pid --fork --mount-proc"

    private static var canUnshare: Bool {
        let trial = Process()
        trial.executableURL = URL(filePath: "/bin/bash")
        trial.arguments = ["-c", unshare + " true"]
        trial.standardError = FileHandle.nullDevice
        guard (try? trial.run()) != nil else { return false }
        trial.waitForEnd()
        return trial.terminationStatus == 0
    }
}

@Suite("interruption")
struct InterruptionValueTests {
    @Test("a step that is under way ends; none begins after a signal")
    func steps() async throws {
        let interruption = Interruption()
        #expect(try await interruption.step { 1 } == 1)
        interruption.request(.sigterm)
        let late = Task { try await interruption.step { 2 } }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(interruption.signal == .sigterm)
    }

    @Test("the last line says the signal, how far the work came, and how it goes on")
    func line() {
        let error = Interrupted(signal: .sigint, account: "3 files are stored")
        #expect(error.description == "stopped by SIGINT: 3 files are stored; the same command goes on from here")
        #expect(error.status == 130)
    }
}
