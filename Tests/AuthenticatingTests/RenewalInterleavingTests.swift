import Logging
import TestSupport
import Testing

@testable import Authenticating
@testable import SyncCore

/// Two authenticators at the same secret, in every order of their steps that takes up to three changes between them, and
/// an authenticator that is killed at any of its steps.
@Suite("Two authenticators at once")
struct RenewalInterleavingTests {
    /// How the two know of each other.
    enum Sharing: CaseIterable, Sendable {
        /// They have the records in common, as two functions have: one waits for the other.
        case secretAndRecords
        /// They have only the secret in common, as a function and a command elsewhere.
        case secretOnly
    }

    /// What the account is like.
    enum Kind: CaseIterable, Sendable {
        case rotating, password
    }

    /// One world in which two authenticators meet a token that is refused.
    private struct Scene {
        let desk: AuthenticatorDesk
        let kind: Kind
        let records: [MemoryRecordStore]

        init(_ kind: Kind, _ sharing: Sharing) async throws {
            self.kind = kind
            desk = kind == .rotating ? AuthenticatorDesk() : AuthenticatorDesk(AuthenticatorDesk.password)
            try desk.account.kill(accessTokenOf: try await desk.current.secret)
            records =
                sharing == .secretOnly ? [MemoryRecordStore(), MemoryRecordStore()] : [desk.records, desk.records]
        }

        func authenticate(as actor: Int, _ gate: StepGate) async throws -> AuthenticateOutput {
            // Who is killed does not give its lease back either.
            let faults = Faults<FaultyRecordStore.Operation> { _, _ in
                gate.isKilled(actor) ? .init(StepGate.Killed()) : nil
            }
            let providers: [any LibraryProvider] = [
                SteppedProvider(base: RotatingProvider(desk.account), gate: gate, actor: actor),
                SteppedProvider(base: FakeProvider(desk.library), gate: gate, actor: actor),
            ]
            let authenticate = Authenticate(
                AuthenticatePorts(
                    secrets: SteppedSecretStore(base: desk.secrets, gate: gate, actor: actor),
                    providers: providers,
                    records: FaultyRecordStore(records[actor], fail: faults),
                    clock: SteppedClock(base: desk.clock, gate: gate, actor: actor),
                    notify: desk.outbox.notify
                ),
                settings: desk.settings,
                allowedBuckets: [],
                makeRunID: { actor == 0 ? .first : .second }
            )
            let input = try FunctionJSON.decode(AuthenticateInput.self, from: Array("{}".utf8))
            return try await authenticate(input, logger: .quiet)
        }

        /// Runs both to their ends.
        func run(_ gate: StepGate, _ switches: Set<Int>) async -> (results: [Result<String, any Error>], decisions: Int)
        {
            await withTaskGroup(of: (Int, Result<String, any Error>).self) { group in
                for actor in 0..<2 {
                    group.addTask {
                        defer { gate.finish() }
                        do {
                            return (actor, .success(try await authenticate(as: actor, gate).secretVersion))
                        } catch {
                            return (actor, .failure(error))
                        }
                    }
                }
                let decisions = await gate.drive(switches)
                var results: [Int: Result<String, any Error>] = [:]
                for await (actor, result) in group { results[actor] = result }
                return ((0..<2).compactMap { results[$0] }, decisions)
            }
        }

        /// Whether the account can still be got into without anybody's help.
        func isUsable() async throws -> Bool {
            desk.clock.advance(by: .seconds(120))
            do {
                let output = try await desk.authenticate()
                let current = try await desk.current
                return try current.version == output.secretVersion
                    && (kind == .password || desk.account.canRenew(current.secret))
            } catch let error as SyncError where error.name == .authenticationFailed {
                return false
            }
        }
    }

    /// Tries every set of up to `most` changes.
    private func everySchedule(_ most: Int, _ body: (Set<Int>) async throws -> Int) async throws -> Int {
        var tried = 0
        var open: [[Int]] = [[]]
        while let switches = open.popLast() {
            let decisions = try await body(Set(switches))
            tried += 1
            guard switches.count < most else { continue }
            let first = switches.last.map { $0 + 1 } ?? 0
            open += (first..<max(first, decisions)).map { switches + [$0] }
        }
        return tried
    }

    @Test(
        "in whatever order they take their steps, both get a token that works, and none is lost",
        .timeLimit(.minutes(10)),
        arguments: Sharing.allCases,
        Kind.allCases
    )
    func everyOrder(sharing: Sharing, kind: Kind) async throws {
        let tried = try await everySchedule(2) { switches in
            let scene = try await Scene(kind, sharing)
            let (results, decisions) = await scene.run(StepGate(actors: 2), switches)
            let versions = try results.map { try $0.get() }
            let current = try await scene.desk.current.version
            #expect(versions.contains(current), "\(switches.sorted())")
            #expect(scene.desk.outbox.notices.isEmpty)
            if sharing == .secretAndRecords { #expect(scene.desk.account.replays == 0) }
            #expect(try await scene.isUsable(), "\(switches.sorted())")
            return decisions
        }
        #expect(tried > 20)
    }

    @Test(
        "one that stands still while the other waits in vain may cost the other its attempt, and never the token",
        .timeLimit(.minutes(10)),
        arguments: Sharing.allCases
    )
    func everyStandstill(sharing: Sharing) async throws {
        var given = 0
        _ = try await everySchedule(3) { switches in
            let scene = try await Scene(.rotating, sharing)
            let (results, decisions) = await scene.run(StepGate(actors: 2), switches)
            given += results.count { (try? $0.get()) != nil }
            for case .failure(let error) in results {
                let name = try #require(error as? SyncError).name
                #expect(name == .sourceUnavailable || name == .authenticationFailed)
            }
            #expect(results.contains { (try? $0.get()) != nil })
            #expect(try await scene.isUsable(), "\(switches.sorted())")
            return decisions
        }
        #expect(given > 0)
    }

    @Test(
        "one that is killed at any step leaves a token to the next, but for the moment in which only it has it",
        .timeLimit(.minutes(10)),
        arguments: Sharing.allCases,
        Kind.allCases
    )
    func everyDeath(sharing: Sharing, kind: Kind) async throws {
        var lost: [Int] = []
        var step = 1
        while true {
            let scene = try await Scene(kind, sharing)
            let gate = StepGate(actors: 1, kill: (0, step))
            let killed = await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    defer { gate.finish() }
                    do {
                        _ = try await scene.authenticate(as: 0, gate)
                        return false
                    } catch {
                        return true
                    }
                }
                _ = await gate.drive([])
                return await group.next() ?? false
            }
            guard killed else { break }
            if try await !scene.isUsable() { lost.append(step) }
            step += 1
        }
        #expect(step > 8)
        // Between the provider's answer and the staging: the steps of the answer and of the staging itself.
        #expect(lost.count == (kind == .rotating ? 2 : 0), "\(lost)")
    }
}
