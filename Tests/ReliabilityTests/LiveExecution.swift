import Clocks
import Pipeline
import StateMachine
import SyncCore
import Synchronization
import TestSupport

@testable import obsync

/// What becomes of one call.
enum Fate: Hashable, Sendable, CustomStringConvertible {
    /// It is made, and its answer arrives.
    case answered
    /// It is made twice, as a network does that repeats what it has delivered.
    case doubled
    /// The process of everything ends before it is made.
    case deathBefore
    /// The process of everything ends once it is made; nobody hears its answer.
    case deathAfter
    /// The function's process ends before it is made.
    case exitBefore
    /// The function's process ends once it is made; nobody hears its answer.
    case exitAfter
    /// It is refused with an error.
    case refused(SyncError.Name)
    /// It is made, and its answer is lost on the way.
    case lost(SyncError.Name)

    var description: String {
        switch self {
        case .answered: "answered"
        case .doubled: "made twice"
        case .deathBefore: "process dies before it"
        case .deathAfter: "process dies after it"
        case .exitBefore: "function dies before it"
        case .exitAfter: "function dies after it"
        case .refused(let name): "refused: \(name.rawValue)"
        case .lost(let name): "answer lost: \(name.rawValue)"
        }
    }
}

/// One execution with its functions, in a process that may die.
///
/// Unchecked, because it is touched on the simulation's thread only.
final class LiveExecution: @unchecked Sendable {
    private static let exit = SyncError.Name(rawValue: "Runtime.ExitError")

    private let deployment: Deployment
    private let random: @Sendable () -> Double
    private let skew: @Sendable () -> Duration
    private let fate: @Sendable (Call) async throws -> Fate
    private var isDead = false
    private var task: Task<Summary, any Error>?

    /// Makes one.
    ///
    /// - Parameters:
    ///   - deployment: what it runs over.
    ///   - random: numbers from 0 up to 1.
    ///   - skew: by how much the clock of the next invocation is wrong.
    ///   - fate: decides on each call; time may pass there.
    init(
        _ deployment: Deployment,
        random: @escaping @Sendable () -> Double = { 0.5 },
        skew: @escaping @Sendable () -> Duration = { .zero },
        fate: @escaping @Sendable (Call) async throws -> Fate
    ) {
        self.deployment = deployment
        self.random = random
        self.skew = skew
        self.fate = fate
    }

    /// Runs it until it ends or its process dies.
    ///
    /// - Throws: how it failed; `CancellationError` when the process died.
    @discardableResult
    func end(of body: @escaping @Sendable (LocalEngine) async throws -> Summary) async throws -> Summary {
        let engine = try engine()
        let task = Task(executorPreference: deployment.time) { try await body(engine) }
        self.task = task
        return try await task.value
    }

    private func engine() throws -> LocalEngine {
        try deployment.engine(random: random, wire: wire(of: Invocation())) { [self] function, event in
            let invocation = Invocation()
            let clock = SimulatedClock(time: deployment.time, skew: skew())
            let pipeline = deployment.pipeline(clock: clock, random: random, wire: wire(of: invocation))
            let deadline = clock.now.advanced(by: function.timeout)
            do {
                return try await pipeline.run(
                    function,
                    event: event,
                    deadline: deadline,
                    end: deadline,
                    logger: deployment.tellings.logger
                )
            } catch {
                throw invocation.isDead ? SyncError(Self.exit, "the process ended with signal 9") : error
            }
        }
    }

    /// One process of a function. Unchecked as its owner is.
    private final class Invocation: @unchecked Sendable {
        var isDead = false
    }

    private func wire(of invocation: Invocation) -> Wire {
        { call, body in try await self.carry(call, of: invocation, body) }
    }

    private func carry(_ call: Call, of invocation: Invocation, _ body: () async throws -> Void) async throws {
        guard !isDead, !invocation.isDead else { throw CancellationError() }
        let fate = try await fate(call)
        // It may have died meanwhile.
        guard !isDead, !invocation.isDead else { throw CancellationError() }
        switch fate {
        case .deathBefore, .exitBefore, .refused: break
        case .answered, .deathAfter, .exitAfter, .lost: try await body()
        case .doubled:
            try await body()
            try await body()
        }
        switch fate {
        case .answered, .doubled: break
        case .refused(let name), .lost(let name): throw SyncError(name, "a fault")
        case .deathBefore, .deathAfter: try die()
        case .exitBefore, .exitAfter: try leave(invocation)
        }
    }

    private func die() throws {
        isDead = true
        task?.cancel()
        throw CancellationError()
    }

    private func leave(_ invocation: Invocation) throws {
        invocation.isDead = true
        throw CancellationError()
    }
}

extension Deployment {
    /// Ends executions whose process is gone, as the next start of the program does.
    ///
    /// - Returns: those that can be redriven.
    func executionsToRedrive() async throws -> [String] {
        _ = try await cleanEngine().interpreter.abortOrphans()
        return executions.executions(status: nil, limit: 1000).filter { $0.status != .succeeded }.map(\.name)
    }
}
