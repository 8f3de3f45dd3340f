import NIOCore
import Testing

@testable import LambdaRuntime

@Suite("Invocation queue", .timeLimit(.minutes(10)))
struct InvocationQueueTests {
    private let invocation = LambdaInvocation(
        requestID: "a",
        deadline: .init(millisecondsSinceEpoch: 0),
        invokedFunctionARN: "",
        event: ByteBuffer(string: "1")
    )

    @Test("an answer reaches the one who submitted")
    func answer() async throws {
        let queue = InvocationQueue(capacity: 1)
        async let outcome = queue.submit(invocation)
        #expect(try await queue.poll() == invocation)
        #expect(queue.complete("a", with: .response(ByteBuffer(string: "2"))))
        #expect(await outcome == .response(ByteBuffer(string: "2")))
    }

    @Test("closing ends the submitter and the poller with the reason")
    func close() async throws {
        let queue = InvocationQueue(capacity: 1)
        async let outcome = queue.submit(invocation)
        _ = try await queue.poll()
        queue.close(.stopped)
        #expect(await outcome == .closed(.stopped, delivered: true))
        await #expect(throws: InvocationQueueClosure.stopped) { try await queue.poll() }
        #expect(await queue.submit(invocation) == .closed(.stopped, delivered: false))
    }

    @Test("a cancelled submitter gives its invocation up, at work or not yet")
    func cancelledSubmitter() async throws {
        let queue = InvocationQueue(capacity: 1)
        await withTaskGroup(of: InvocationOutcome.self) { group in
            group.cancelAll()
            group.addTask { await queue.submit(invocation) }
            #expect(await group.next() == .closed(.stopped, delivered: false))
        }
        await withTaskGroup(of: InvocationOutcome.self) { group in
            group.addTask { await queue.submit(invocation) }
            _ = try? await queue.poll()
            group.cancelAll()
            #expect(await group.next() == .closed(.stopped, delivered: true))
        }
    }

    @Test("a cancelled poller takes no invocation with it")
    func cancelledPoller() async throws {
        let queue = InvocationQueue(capacity: 1)
        await withThrowingTaskGroup(of: LambdaInvocation.self) { group in
            group.addTask { try await queue.poll() }
            await queue.waitUntilPolled()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        async let outcome = queue.submit(invocation)
        #expect(try await queue.poll() == invocation)
        #expect(queue.complete("a", with: .queueFull))
        #expect(await outcome == .queueFull)
    }

    @Test("who waits for the first poll also returns when the queue is closed")
    func readiness() async {
        let queue = InvocationQueue(capacity: 1)
        async let ready: Void = queue.waitUntilPolled()
        queue.close(.stopped)
        await ready
        #expect(queue.closure == .stopped)
    }
}
