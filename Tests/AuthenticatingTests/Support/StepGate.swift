import Clocks
import Logging
import Synchronization
import TestSupport

@testable import SyncCore

/// Lets two actors take their steps in an order that is given, so that every interleaving can be tried.
///
/// An actor waits at each step. When all wait, one goes on: the one that went last, except at the decisions at which the
/// schedule has them change places, and where it lets time pass, which always lets the other one go on.
final class StepGate: Sendable {
    /// An actor was killed at this step.
    struct Killed: Error {}

    fileprivate struct State {
        var parked: [Int: (continuation: CheckedContinuation<Void, any Error>, yields: Bool)] = [:]
        var busy: Int
        var driver: CheckedContinuation<Void, Never>?
        var steps: [Int: Int] = [:]
        var killed: (actor: Int, step: Int)?
    }

    private let state: Mutex<State>

    init(actors: Int, kill: (actor: Int, step: Int)? = nil) {
        state = Mutex(State(busy: actors, killed: kill))
    }

    /// Whether the actor's last step has come.
    func isKilled(_ actor: Int) -> Bool {
        state.withLock { $0.isKilled(actor) }
    }

    /// How many steps an actor has taken.
    func steps(of actor: Int) -> Int {
        state.withLock { $0.steps[actor] ?? 0 }
    }

    /// Waits until it is the actor's turn.
    func step(_ actor: Int, yields: Bool = false) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let driver = state.withLock { state in
                state.parked[actor] = (continuation, yields)
                return state.rest()
            }
            driver?.resume()
        }
        let isKilled = state.withLock { state in
            state.steps[actor, default: 0] += 1
            return state.isKilled(actor)
        }
        if isKilled { throw Killed() }
    }

    /// The actor takes no further steps.
    func finish() {
        state.withLock { $0.rest() }?.resume()
    }

    /// Drives all actors to their ends.
    ///
    /// - Parameter switches: the decisions at which they change places.
    /// - Returns: how many decisions there were.
    func drive(_ switches: Set<Int>) async -> Int {
        var decisions = 0
        var last = 0
        while true {
            await allParked()
            let ready = state.withLock { state in
                state.parked.mapValues(\.yields)
            }
            guard let other = ready.keys.first(where: { $0 != last }) ?? ready.keys.first else { return decisions }
            if let yields = ready[last], other != last {
                let changes = yields || switches.contains(decisions)
                if !yields { decisions += 1 }
                if changes { last = other }
            } else {
                last = other
            }
            release(last)
        }
    }

    private func allParked() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.busy > 0 { state.driver = continuation }
                return state.busy == 0
            }
            if isReady { continuation.resume() }
        }
    }

    private func release(_ actor: Int) {
        let parked = state.withLock { state in
            state.busy += 1
            return state.parked.removeValue(forKey: actor)
        }
        parked?.continuation.resume()
    }
}

extension StepGate.State {
    /// One actor less is at work; the driver to be woken, if that was the last.
    fileprivate mutating func rest() -> CheckedContinuation<Void, Never>? {
        busy -= 1
        guard busy == 0 else { return nil }
        defer { driver = nil }
        return driver
    }

    fileprivate func isKilled(_ actor: Int) -> Bool {
        killed.map { $0.actor == actor && steps[actor, default: 0] >= $0.step } ?? false
    }
}

/// A secret store whose calls are steps.
struct SteppedSecretStore: SecretStore {
    let base: any SecretStore
    let gate: StepGate
    let actor: Int

    func current() async throws -> StoredSecret {
        try await gate.step(actor)
        return try await base.current()
    }

    func staged(after version: String) async throws -> StoredSecret? {
        try await gate.step(actor)
        return try await base.staged(after: version)
    }

    func stage(_ secret: Secret, after version: String) async throws -> StoredSecret {
        try await gate.step(actor)
        return try await base.stage(secret, after: version)
    }

    func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool {
        try await gate.step(actor)
        return try await base.makeCurrent(staged, insteadOf: version)
    }
}

/// A provider whose calls are steps. That an answer is on its way is a step of its own.
struct SteppedProvider<Base: LibraryProvider>: LibraryProvider {
    let base: Base
    let gate: StepGate
    let actor: Int

    var name: String { base.name }
    var defaultConcurrency: Int { base.defaultConcurrency }

    func token(in secret: Secret) throws -> TokenFacts { try base.token(in: secret) }

    func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck {
        try await gate.step(actor)
        return try await base.check(secret, logger: logger)
    }

    func renew(_ secret: Secret, logger: Logger) async throws -> Secret {
        try await gate.step(actor)
        let renewed = try await base.renew(secret, logger: logger)
        try await gate.step(actor)
        return renewed
    }

    func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        try await base.withLibrary(secret, logger: logger, body)
    }
}

/// A clock on which sleeping is a step that lets the other actor go on.
struct SteppedClock: WallClock {
    let base: InstantClock
    let gate: StepGate
    let actor: Int

    var now: Timestamp { base.now }
    var minimumResolution: Duration { base.minimumResolution }

    func sleep(until deadline: Timestamp, tolerance: Duration?) async throws {
        try await gate.step(actor, yields: true)
        try await base.sleep(until: deadline, tolerance: tolerance)
    }
}
