import Testing

@testable import LocalLambda

@Suite("Function pool's rules")
struct FunctionPoolStateMachineTests {
    @Test("an idle process is used again before another is started")
    func reuse() {
        var machine = FunctionPool.StateMachine(limit: 2)
        #expect(machine.acquire() == .start(1))
        #expect(machine.acquire() == .start(2))
        machine.release(1)
        #expect(machine.acquire() == .reuse(1))
    }

    @Test("when all that may run are busy, an invocation is throttled")
    func throttle() {
        var machine = FunctionPool.StateMachine(limit: 1)
        #expect(machine.acquire() == .start(1))
        #expect(machine.acquire() == .throttle)
        machine.release(1)
        #expect(machine.acquire() == .reuse(1))
    }

    @Test("a process that ended frees its place and is never used again")
    func retire() {
        var machine = FunctionPool.StateMachine(limit: 1)
        #expect(machine.acquire() == .start(1))
        machine.retire(1)
        machine.release(1)
        #expect(machine.acquire() == .start(2))
        machine.release(2)
        machine.retire(2)
        #expect(machine.count == 0)
        #expect(machine.acquire() == .start(3))
    }

    @Test("a reserved concurrency of nothing lets nothing run")
    func zero() {
        var machine = FunctionPool.StateMachine(limit: 0)
        #expect(machine.acquire() == .throttle)
    }
}
