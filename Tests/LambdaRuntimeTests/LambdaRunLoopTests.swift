import Logging
import NIOCore
import Synchronization
import Testing

@testable import LambdaRuntime

@Suite("Run loop", .timeLimit(.minutes(1)))
struct LambdaRunLoopTests {
    struct Broken: Error {}

    private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let report = LambdaErrorReport(errorType: "Broken", errorMessage: "it broke")

    private func loop<Client: LambdaRuntimeClientProtocol>(_ client: Client) -> LambdaRunLoop<Client> {
        LambdaRunLoop(client: client, logger: silent) { [report] _ in report }
    }

    private func handler(
        _ body: @escaping @Sendable (Int, LambdaContext) async throws -> String
    ) -> LambdaCodableAdapter<ClosureHandler<Int, String>> {
        LambdaCodableAdapter(handler: ClosureHandler(body: body))
    }

    @Test("events are answered one after another, and failures do not end the loop")
    func answers() async {
        let client = InMemoryRuntimeClient(events: ["1", "2", #""x""#, "4"])
        let handler = handler { event, _ in
            if event == 2 { throw Broken() }
            return "\(event)"
        }
        await #expect(throws: CancellationError.self) { try await loop(client).run { handler } }
        let input = LambdaErrorReport(
            errorType: "InvalidInput",
            errorMessage: "the event is not of the expected type Int"
        )
        #expect(
            await client.answers == [
                .response(#""1""#, for: "r1"), .failure(report, for: "r2"), .failure(input, for: "r3"),
                .response(#""4""#, for: "r4"),
            ]
        )
    }

    @Test("the context has what came with the event")
    func context() async {
        let client = InMemoryRuntimeClient(events: ["1"])
        let handler = handler { _, context in
            "\(context.requestID) \(context.invokedFunctionARN) \(context.deadline.millisecondsSinceEpoch) "
                + "\(context.logger[metadataKey: "request.id"] ?? "")"
        }
        await #expect(throws: CancellationError.self) { try await loop(client).run { handler } }
        // The silent handler keeps no metadata, so the last part is empty.
        #expect(await client.answers == [.response(#""r1 arn:f 0 ""#, for: "r1")])
    }

    private struct Labelled: BufferedLambdaHandler {
        func logMetadata(for event: ByteBuffer) -> Logger.Metadata { ["run.id": "\(String(buffer: event))"] }

        func handle(_ event: ByteBuffer, context: LambdaContext) async throws -> ByteBuffer {
            context.logger.info("at work")
            throw Broken()
        }
    }

    @Test("every line of an invocation bears what its event is labelled with, also that of its failure")
    func labelsLines() async {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            JSONLogHandler(write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
        }
        let client = InMemoryRuntimeClient(events: ["a", "b"])
        let loop = LambdaRunLoop(client: client, logger: logger) { [report] _ in report }
        await #expect(throws: CancellationError.self) { try await loop.run { Labelled() } }
        let found = lines.withLock { $0 }
        #expect(found.count == 4)
        for (line, label) in zip(found, [("a", "r1"), ("a", "r1"), ("b", "r2"), ("b", "r2")]) {
            #expect(line.contains(#""run.id":"\#(label.0)""#))
            #expect(line.contains(#""request.id":"\#(label.1)""#))
        }
    }

    @Test("a response above the limit is reported as such")
    func outputTooLarge() async {
        let client = InMemoryRuntimeClient(events: ["1"])
        let handler = handler { _, _ in String(repeating: "x", count: LambdaLimits.responseBytes) }
        await #expect(throws: CancellationError.self) { try await loop(client).run { handler } }
        let expected = LambdaErrorReport(
            errorType: "Function.ResponseSizeTooLarge",
            errorMessage: "the response exceeds 6291556 bytes"
        )
        #expect(await client.answers == [.failure(expected, for: "r1")])
    }

    @Test("the handler is made while the first event is awaited")
    func concurrentStart() async {
        // The queue hands out an event only after the handler is being made, and the handler is finished only
        // after the event has been asked for: one after the other would never end.
        let queue = InvocationQueue(capacity: 1)
        let client = QueueRuntimeClient(queue: queue)
        let handler = handler { event, _ in "\(event)" }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await loop(client).run {
                    await queue.waitUntilPolled()
                    return handler
                }
            }
            let invocation = LambdaInvocation(
                requestID: "r1",
                deadline: .init(millisecondsSinceEpoch: 0),
                invokedFunctionARN: "",
                event: ByteBuffer(string: "5")
            )
            let outcome = await queue.submit(invocation)
            #expect(outcome == .response(ByteBuffer(string: #""5""#)))
            group.cancelAll()
        }
    }

    @Test("a failed start is reported and ends the loop")
    func failedStart() async {
        let queue = InvocationQueue(capacity: 1)
        await #expect(throws: LambdaRuntimeError(.startUpFailed, "it broke", context: report)) {
            try await loop(QueueRuntimeClient(queue: queue)).run {
                () async throws -> LambdaCodableAdapter<ClosureHandler<Int, String>> in
                await queue.waitUntilPolled()
                throw Broken()
            }
        }
        #expect(queue.closure == .initializationFailed(report))
    }

    @Test("a failed start that the platform takes no report of is told in answer to the first event")
    func refusedStartReport() async {
        let client = InMemoryRuntimeClient(events: ["1"], acceptsInitializationError: false)
        await #expect(throws: LambdaRuntimeError(.startUpFailed, "it broke", context: report)) {
            try await loop(client).run {
                () async throws -> LambdaCodableAdapter<ClosureHandler<Int, String>> in throw Broken()
            }
        }
        #expect(await client.answers == [.failure(report, for: "r1")])
    }

    @Test("cancellation ends the wait for an event")
    func cancellation() async {
        let queue = InvocationQueue(capacity: 1)
        let handler = handler { event, _ in "\(event)" }
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await loop(QueueRuntimeClient(queue: queue)).run { handler } }
            await queue.waitUntilPolled()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
    }
}
