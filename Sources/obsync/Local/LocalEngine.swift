import Checksums
import Crypto
import Foundation
import Logging
import Pipeline
import StateMachine
import SyncCore
import Synchronization

/// Runs the state machine on this machine, with functions that are handed in.
struct LocalEngine: Sendable {
    /// Calls a function with an event and gives its answer; throws `SyncError` or `TaskFailure`.
    typealias Invoke = @Sendable (PipelineFunction, [UInt8]) async throws -> [UInt8]

    let definition: StateMachineDefinition
    let invoke: Invoke
    let observe: @Sendable (HistoryEvent) async -> Void
    /// What the machine waits by.
    var clock: any InterpreterClock = SystemInterpreterClock()
    /// Where executions are kept.
    var executions: any ExecutionStore = MemoryExecutionStore()
    /// Draws numbers from 0 up to but not 1, which the waits before retries go by.
    var random: @Sendable () -> Double = { Double.random(in: 0..<1) }

    /// The pipeline's own definition.
    static func pipelineDefinition() throws -> StateMachineDefinition {
        try definition(String(decoding: PackageResources.vault_sync_asl_json, as: UTF8.self))
    }

    /// A definition with the functions' plain names in the places that a deployment fills in.
    static func definition(_ text: String) throws(StateMachineError) -> StateMachineDefinition {
        let names = PipelineFunction.allCases.map { ($0.placeholder, $0.rawValue) }
        return try StateMachineDefinition(parsing: text, substitutions: Dictionary(uniqueKeysWithValues: names))
    }

    /// Runs an execution and its successors to the end.
    ///
    /// - Returns: the summary.
    /// - Throws: `SyncError` under the name that the execution failed with.
    func run(_ request: SyncRequest, name: String) async throws -> Summary {
        let input = try JSONValue(parsing: String(decoding: try FunctionJSON.encode(request), as: UTF8.self))
        return try await run(input: input, name: name)
    }

    /// Runs an execution with an input as it came, and its successors, to the end.
    ///
    /// - Returns: the summary.
    /// - Throws: `SyncError` under the name that the execution failed with.
    func run(input: JSONValue, name: String) async throws -> Summary {
        try await following { interpreter in
            try await interpreter.start(name, definition, input: input)
            return try await interpreter.run(name)
        }
    }

    /// Redrives an execution, and runs the successors that it has by then, to the end.
    ///
    /// - Returns: the summary.
    /// - Throws: `SyncError` under the name that the execution failed with this time; `StateMachineError` when it
    ///   cannot be redriven.
    func redrive(_ name: String) async throws -> Summary {
        try await following { try await $0.redrive(name) }
    }

    /// The interpreter of kept executions, without a way to start further ones.
    var interpreter: KeptInterpreter { KeptInterpreter(store: executions, environment: makeEnvironment()) }

    private func following(_ begin: (KeptInterpreter) async throws -> ExecutionResult) async throws -> Summary {
        let successor = Mutex<String?>(nil)
        let starter = interpreter
        let definition = definition
        var environment = makeEnvironment()
        environment.startExecution = { request in
            let name = request.name ?? UUID().uuidString.lowercased()
            successor.withLock { $0 = name }
            do {
                try await starter.start(name, definition, input: request.input)
            } catch let error as StateMachineError where error.code == .executionAlreadyExists {
                throw TaskFailure(error: "StepFunctions.ExecutionAlreadyExistsException", cause: error.message)
            }
            return .object(["ExecutionArn": .string(name), "StartDate": .string("\(starter.now)")])
        }
        let interpreter = KeptInterpreter(store: executions, environment: environment)
        var result = try await begin(interpreter)
        while result.status == .succeeded, let next = successor.withLock({ $0.take() }) {
            result = try await goOn(next, interpreter)
        }
        return try summary(of: result)
    }

    /// Runs a successor: new, or left behind by a process that was killed.
    private func goOn(_ name: String, _ interpreter: KeptInterpreter) async throws -> ExecutionResult {
        let known = try await executions.execution(named: name)
        return switch known?.status {
        case .running?, nil: try await interpreter.run(name)
        case .succeeded?: ExecutionResult(status: .succeeded, output: known?.output)
        case .failed?, .timedOut?, .aborted?: try await interpreter.redrive(name)
        }
    }

    private func makeEnvironment() -> InterpreterEnvironment {
        let invoke = invoke
        var environment = InterpreterEnvironment(
            identity: .local("vault-sync"),
            clock: clock,
            functions: .init(
                random: random,
                uuid: { UUID().uuidString.lowercased() },
                hash: Self.hash
            ),
            invokeFunction: { reference, event in
                guard let function = PipelineFunction(rawValue: reference.name) else {
                    throw TaskFailure(error: "Lambda.ResourceNotFoundException", cause: "unknown function")
                }
                do {
                    let answer = try await invoke(function, Array(event.jsonText.utf8))
                    return try JSONValue(parsing: String(decoding: answer, as: UTF8.self))
                } catch let error as SyncError {
                    throw TaskFailure(error)
                }
            }
        )
        environment.observe = observe
        return environment
    }

    private func summary(of result: ExecutionResult) throws -> Summary {
        guard result.status == .succeeded, let output = result.output else {
            if result.status == .aborted { throw CancellationError() }
            let report = result.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
            throw SyncError(
                SyncError.Name(rawValue: result.error ?? "States.Runtime"),
                report?.errorMessage ?? result.cause ?? "the execution failed"
            )
        }
        return try FunctionJSON.decode(Summary.self, from: output.jsonText.utf8)
    }

    private static func hash(_ algorithm: String, _ bytes: [UInt8]) -> String? {
        switch algorithm {
        case "MD5": Hex.encoded(Insecure.MD5.hash(data: bytes))
        case "SHA-1": Hex.encoded(Insecure.SHA1.hash(data: bytes))
        case "SHA-256": Hex.encoded(SHA256.hash(data: bytes))
        case "SHA-384": Hex.encoded(SHA384.hash(data: bytes))
        case "SHA-512": Hex.encoded(SHA512.hash(data: bytes))
        default: nil
        }
    }
}

/// How Lambda reports an error to a state machine.
struct FailureCause: Codable {
    var errorType: String
    var errorMessage: String
}

extension TaskFailure {
    /// The failure that a function reports when it throws `error`.
    init(_ error: SyncError) {
        let cause = FailureCause(errorType: error.name.rawValue, errorMessage: error.message)
        let text = (try? FunctionJSON.encode(cause)).map { String(decoding: $0, as: UTF8.self) }
        self.init(error: error.name.rawValue, cause: text ?? "")
    }
}
