import NIOCore
import Testing

@testable import LambdaRuntime

@Suite("Invocation queue's rules")
struct InvocationQueueStateMachineTests {
    private typealias Machine = InvocationQueue.StateMachine

    private func invocation(_ id: String) -> LambdaInvocation {
        LambdaInvocation(
            requestID: id,
            deadline: .init(millisecondsSinceEpoch: 0),
            invokedFunctionARN: "",
            event: ByteBuffer()
        )
    }

    @Test("an invocation waits for a poller, is delivered once and completed once")
    func invocationFirst() {
        var machine = Machine(capacity: 2)
        #expect(machine.submit(invocation("a")) == .wait)
        #expect(machine.complete("a") == false)
        #expect(machine.poll(1) == .deliver(invocation("a")))
        #expect(machine.poll(2) == .wait)
        #expect(machine.complete("a") == true)
        #expect(machine.complete("a") == false)
    }

    @Test("pollers are served in the order of their coming")
    func pollersFirst() {
        var machine = Machine(capacity: 2)
        #expect(machine.wasPolled == false)
        #expect(machine.poll(1) == .wait)
        #expect(machine.poll(2) == .wait)
        #expect(machine.poll(3) == .wait)
        #expect(machine.wasPolled)
        #expect(machine.cancelPoll(2) == true)
        #expect(machine.cancelPoll(2) == false)
        #expect(machine.submit(invocation("a")) == .deliver(to: 1))
        #expect(machine.submit(invocation("b")) == .deliver(to: 3))
        #expect(machine.submit(invocation("c")) == .wait)
    }

    @Test("what exceeds the capacity is refused")
    func capacity() {
        var machine = Machine(capacity: 1)
        #expect(machine.submit(invocation("a")) == .wait)
        #expect(machine.submit(invocation("b")) == .refuseFull)
        #expect(machine.poll(1) == .deliver(invocation("a")))
        #expect(machine.submit(invocation("c")) == .wait)
    }

    @Test("an abandoned invocation is neither delivered nor completed")
    func abandon() {
        var machine = Machine(capacity: 2)
        #expect(machine.submit(invocation("a")) == .wait)
        #expect(machine.submit(invocation("b")) == .wait)
        #expect(machine.abandon("a") == false)
        #expect(machine.poll(1) == .deliver(invocation("b")))
        #expect(machine.abandon("b") == true)
        #expect(machine.complete("b") == false)
        #expect(machine.abandon("b") == nil)
    }

    @Test("closing names all that wait, and its first reason stays")
    func close() {
        var machine = Machine(capacity: 2)
        #expect(machine.submit(invocation("a")) == .wait)
        #expect(machine.poll(1) == .deliver(invocation("a")))
        #expect(machine.submit(invocation("b")) == .wait)
        #expect(machine.close(.stopped) == .init(waiting: ["b"], delivered: ["a"]))
        let report = LambdaErrorReport(errorType: "e", errorMessage: "m")
        #expect(machine.close(.workerFailed(report)) == .init())
        #expect(machine.submit(invocation("c")) == .refuseClosed(.stopped))
        #expect(machine.poll(2) == .refuseClosed(.stopped))
        #expect(machine.complete("a") == false)
    }

    @Test("a failed start is taken until an event is at work")
    func initialization() {
        let report = LambdaErrorReport(errorType: "e", errorMessage: "m")
        var machine = Machine(capacity: 2)
        #expect(machine.submit(invocation("a")) == .wait)
        #expect(machine.failInitialization(report) == .init(waiting: ["a"]))
        #expect(machine.failInitialization(report) == nil)

        var busy = Machine(capacity: 2)
        #expect(busy.poll(1) == .wait)
        #expect(busy.submit(invocation("a")) == .deliver(to: 1))
        #expect(busy.failInitialization(report) == nil)
    }

    @Test("in any order of calls each invocation ends exactly once and goes to one poller", arguments: 1...20)
    func random(seed: UInt64) {
        var generator = SplitMix(state: seed)
        var machine = Machine(capacity: 3)
        var open: Set<String> = []
        var delivered: Set<String> = []
        var pollers: Set<Int> = []
        for step in 0..<400 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                let id = "i\(step)"
                switch machine.submit(invocation(id)) {
                case .wait:
                    #expect(pollers.isEmpty)
                    open.insert(id)
                case .deliver(let poller):
                    #expect(pollers.remove(poller) != nil)
                    open.insert(id)
                    delivered.insert(id)
                case .refuseFull: #expect(open.subtracting(delivered).count == 3)
                case .refuseClosed: Issue.record("the queue is open")
                }
            case 2:
                switch machine.poll(step) {
                case .wait:
                    #expect(open.subtracting(delivered).isEmpty)
                    pollers.insert(step)
                case .deliver(let invocation): #expect(delivered.insert(invocation.requestID).inserted)
                case .refuseClosed: Issue.record("the queue is open")
                }
            case 3:
                guard let id = open.randomElement(using: &generator) else { continue }
                #expect(machine.complete(id) == delivered.contains(id))
                if delivered.remove(id) != nil { open.remove(id) }
            default:
                guard let id = open.randomElement(using: &generator) else { continue }
                #expect(machine.abandon(id) == delivered.contains(id))
                open.remove(id)
                delivered.remove(id)
            }
        }
        let action = machine.close(.stopped)
        #expect(Set(action.waiting) == open.subtracting(delivered))
        #expect(Set(action.delivered) == delivered)
        #expect(Set(action.pollers) == pollers)
    }
}

/// A small generator with a seed, so that a failing run can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
