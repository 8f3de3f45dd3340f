import Clocks
import Foundation
import StateMachine
import TestSupport

/// One thread on which everything of one simulation runs, job after job, and the time that passes there: when nobody has
/// anything to do any more, it is as late as the next sleeper has waited for.
///
/// What happens is therefore a matter of the jobs alone, and the same every time.
///
/// Unchecked, because all state is touched on that one thread only: a job is made by another job, and nothing of a simulation
/// waits for anything outside it.
final class VirtualTime: TaskExecutor, @unchecked Sendable {
    /// Everybody waits, and nothing will ever wake them.
    struct Stuck: Error {}

    private struct Sleeper {
        var until: Clocks.Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private(set) var now = InstantClock.start
    private var jobs: [UnownedJob] = []
    private var nextJob = 0
    private var sleepers: [Int: Sleeper] = [:]
    private var sleeps = 0

    private init() {}

    /// Runs a simulation on a thread of its own.
    ///
    /// - Parameter body: the simulation. What it starts has to have ended when it returns.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `Stuck`.
    static func run<Value: Sendable>(
        _ body: @escaping @Sendable (VirtualTime) async throws -> Value
    ) async throws -> Value {
        UnstructuredTasks.areFollowed
        return try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                let result = VirtualTime().perform(body)
                continuation.resume(with: result)
            }
            thread.stackSize = 16 << 20
            thread.start()
        }
    }

    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable (VirtualTime) async throws -> Value
    ) -> Result<Value, any Error> {
        UnstructuredTasks.attach(self)
        defer { UnstructuredTasks.attach(nil) }
        let end = End<Value>()
        Task(executorPreference: self) {
            do {
                end.result = .success(try await body(self))
            } catch {
                end.result = .failure(error)
            }
        }
        while true {
            if let result = end.result { return result }
            if nextJob < jobs.count {
                let job = jobs[nextJob]
                nextJob += 1
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else {
                jobs.removeAll(keepingCapacity: true)
                nextJob = 0
                guard wakeNext() else { return .failure(Stuck()) }
            }
        }
    }

    private func wakeNext() -> Bool {
        guard let next = sleepers.min(by: { ($0.value.until, $0.key) < ($1.value.until, $1.key) }) else { return false }
        sleepers[next.key] = nil
        now = max(now, next.value.until)
        next.value.continuation.resume()
        return true
    }

    package func enqueue(_ job: consuming ExecutorJob) { add(UnownedJob(job)) }

    fileprivate func add(_ job: UnownedJob) { jobs.append(job) }

    /// Waits until a moment; whoever asks for one that has passed only lets the others go first.
    func sleep(until moment: Clocks.Timestamp) async throws {
        sleeps += 1
        let number = sleeps
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    sleepers[number] = Sleeper(until: max(moment, now), continuation: continuation)
                }
            }
        } onCancel: {
            sleepers.removeValue(forKey: number)?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Waits.
    func sleep(for duration: Duration) async throws { try await sleep(until: now.advanced(by: duration)) }

    /// Unchecked, because it is touched on the simulation's thread only.
    private final class End<Value: Sendable>: @unchecked Sendable {
        var result: Result<Value, any Error>?
    }
}

/// Sends what a simulation's thread starts without a structure to that thread too: such tasks do not take over the preference
/// of the task that makes them.
private enum UnstructuredTasks {
    private typealias Enqueue = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Enqueue) -> Void

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Hooks the runtime's queue, once a process.
    static let areFollowed: Void = {
        guard let hook = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
            preconditionFailure("the concurrency runtime has no hook")
        }
        hook.assumingMemoryBound(to: Hook?.self).pointee = { job, enqueue in
            if let time = UnstructuredTasks.current { time.add(job) } else { enqueue(job) }
        }
    }()

    static var current: VirtualTime? {
        pthread_getspecific(key).map { Unmanaged<VirtualTime>.fromOpaque($0).takeUnretainedValue() }
    }

    static func attach(_ time: VirtualTime?) {
        pthread_setspecific(key, time.map { Unmanaged.passUnretained($0).toOpaque() })
    }
}

/// The clock of one machine, which may be wrong.
struct SimulatedClock: WallClock {
    let time: VirtualTime
    var skew: Duration = .zero

    var now: Clocks.Timestamp { time.now.advanced(by: skew) }
    var minimumResolution: Duration { .milliseconds(1) }

    func sleep(until deadline: Clocks.Timestamp, tolerance: Duration?) async throws {
        try await time.sleep(until: deadline.advanced(by: .zero - skew))
    }
}

/// The state machine's own clock, which is right.
struct MachineClock: InterpreterClock {
    let time: VirtualTime

    func now() -> StateMachine.Timestamp {
        let milliseconds = time.now.milliseconds
        return StateMachine.Timestamp(
            secondsSinceEpoch: milliseconds / 1000,
            nanoseconds: milliseconds % 1000 * 1_000_000
        )
    }

    func sleep(for duration: Duration) async throws { try await time.sleep(for: duration) }
}
