import StateMachine
import Synchronization
import Testing

/// Runs definitions with scripted functions, and keeps what happened.
final class TestMachine: Sendable {
    private let recorded = Mutex<[HistoryEvent]>([])
    private let called = Mutex<[(function: String, event: JSONValue)]>([])
    let clock: any InterpreterClock
    private let function: @Sendable (String, JSONValue) async throws -> JSONValue
    private let start: @Sendable (StartExecutionRequest) async throws -> JSONValue

    /// Without a function, a call of any fails the test.
    init(
        clock: any InterpreterClock = InstantClock(),
        function: @escaping @Sendable (String, JSONValue) async throws -> JSONValue = { name, _ in
            Issue.record("unexpected call of \(name)")
            throw TaskFailure(error: "Unexpected")
        },
        start: @escaping @Sendable (StartExecutionRequest) async throws -> JSONValue = { request in
            Issue.record("unexpected start of \(request.stateMachineARN)")
            throw TaskFailure(error: "Unexpected")
        }
    ) {
        self.clock = clock
        self.start = start
        self.function = function
    }

    var events: [HistoryEvent] { recorded.withLock { $0 } }
    var types: [String] { events.map(\.type.rawValue) }
    var calls: [String] { called.withLock { $0.map(\.function) } }
    var payloads: [JSONValue] { called.withLock { $0.map(\.event) } }

    func environment(random: Double = 0.5) -> InterpreterEnvironment {
        var environment = InterpreterEnvironment(
            identity: .local("machine"),
            clock: clock,
            functions: .scripted(random: random),
            invokeFunction: { reference, event in
                self.called.withLock { $0.append((reference.name, event)) }
                return try await self.function(reference.name, event)
            }
        )
        environment.startExecution = start
        environment.observe = { event in self.recorded.withLock { $0.append(event) } }
        return environment
    }

    func run(_ definition: String, input: JSONValue = [:], random: Double = 0.5) async throws -> ExecutionResult {
        let definition = try StateMachineDefinition(parsing: definition)
        let interpreter = Interpreter(definition: definition, environment: environment(random: random))
        return await interpreter.run(input: input, name: "test")
    }

    /// An interpreter that keeps its executions in `store`.
    func kept(in store: any ExecutionStore) -> KeptInterpreter {
        KeptInterpreter(store: store, environment: environment())
    }

    /// Runs states given as JSON text; the first one named is where it starts.
    func run(
        startAt: String = "A",
        states: String,
        input: JSONValue = [:],
        random: Double = 0.5
    ) async throws -> ExecutionResult {
        try await run(#"{"StartAt": "\#(startAt)", "States": \#(states)}"#, input: input, random: random)
    }
}

extension IntrinsicEnvironment {
    /// A fixed random number and identifier; a digest that tells what was hashed.
    static func scripted(random: Double = 0.5) -> IntrinsicEnvironment {
        IntrinsicEnvironment(
            random: { random },
            uuid: { "0b2f7e0e-4c1d-4d3a-9d1e-0123456789ab" },
            hash: { algorithm, bytes in "\(algorithm) of \(String(decoding: bytes, as: UTF8.self))" }
        )
    }
}
