import AWSAdapters
import Clocks
import Foundation
import LocalLambda
import NIOCore
import StateMachine
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// Executions of a deployed state machine: its definition under the local engine, its functions as processes.
struct DeployedRun: Sendable {
    let stack: DeployedStack
    let secrets: SecretsManagerStore
    /// What the functions are given beside the variables of their deployment: where things are on this machine.
    let surroundings: [String: String]
    /// Where AWS is, by function.
    let endpoints: [String: String]
    let said = Said()
    let outcomes = Outcomes()

    /// What an execution came to, a line of the file that the alarms are evaluated over.
    ///
    ///     {"what": "a wrong password", "status": "FAILED", "alarms": ["AuthenticationFailures"],
    ///      "metrics": [{"namespace": "Obsync", "name": "Recoveries", "dimensions": {"Deployment": "…"}, "values": [1]}]}
    struct Outcome: Encodable {
        struct Metric: Encodable {
            var namespace: String
            var name: String
            var dimensions: [String: String]
            var values: [Double]
        }

        var what: String
        var status: String
        /// The alarms that it is to set off, as the template names them, without `Alarm`.
        var alarms: [String]
        var metrics: [Metric]
    }

    /// The outcomes so far.
    final class Outcomes: Sendable {
        private let outcomes = Mutex<[Outcome]>([])

        func add(_ outcome: Outcome) {
            outcomes.withLock { $0.append(outcome) }
        }

        /// Writes all outcomes, a line of JSON each.
        func write(to file: String) throws {
            let encoder = JSONEncoder()
            let lines = try outcomes.withLock { $0 }.map { try encoder.encode($0) + [UInt8(ascii: "\n")] }
            try Data(lines.joined()).write(to: URL(filePath: file))
        }
    }

    /// What an execution is a trial of.
    struct Trial {
        var what: String
        var alarms: [String] = []
    }

    /// What functions wrote, of all executions.
    final class Said: Sendable {
        private let lines = Mutex<[FunctionOutputLine]>([])

        func add(_ line: FunctionOutputLine) {
            lines.withLock { $0.append(line) }
        }

        var count: Int { lines.withLock { $0.count } }

        /// The metrics of all documents on standard output.
        ///
        /// - Parameter first: how many lines are passed over.
        /// - Returns: the metrics.
        /// - Throws: for a document that CloudWatch would refuse.
        func metrics(after first: Int = 0) throws -> [PublishedMetrics.Metric] {
            let output = lines.withLock { $0.dropFirst(first).filter { $0.stream == .standardOutput } }
            return try output.flatMap { try PublishedMetrics(line: Array($0.text.utf8))?.metrics ?? [] }
        }

        /// The last log lines, for people.
        var end: String {
            lines.withLock { $0.filter { $0.stream == .standardError }.suffix(20).map(\.text).joined(separator: "\n") }
        }
    }

    /// Makes a secret the current one. A plain PutSecretValue would do on AWS; the emulator leaves the label on two versions.
    func store(_ secret: Secret) async throws {
        let current = try await secrets.current()
        let staged = try await secrets.stage(secret, after: current.version)
        #expect(try await secrets.makeCurrent(staged, insteadOf: current.version))
    }

    /// Runs an execution with new processes.
    ///
    /// - Parameters:
    ///   - trial: what it is a trial of, and the alarms that it is to set off.
    ///   - input: the execution's input.
    ///   - more: further surroundings; they win over the common ones.
    /// - Returns: how it ended.
    /// - Throws: when the definition cannot be read, or no port can be had.
    func execute(
        _ trial: Trial,
        input: JSONValue = .object([:]),
        surroundings more: [String: String] = [:]
    ) async throws -> ExecutionResult {
        let said = said
        let before = said.count
        let result = try await execute(input, more, said)
        outcomes.add(
            Outcome(
                what: trial.what,
                status: result.status.rawValue,
                alarms: trial.alarms,
                metrics: try said.metrics(after: before).map {
                    .init(namespace: $0.namespace, name: $0.name, dimensions: $0.dimensions, values: $0.values)
                }
            )
        )
        return result
    }

    private func execute(_ input: JSONValue, _ more: [String: String], _ said: Said) async throws -> ExecutionResult {
        let options = LocalLambdaOptions(
            environment: surroundings.merging(more) { $1 },
            logger: quietLogger,
            output: { said.add($0) }
        )
        let specifications = stack.functions.map { function in
            function.specification(adding: endpoints[function.name].map { ["AWS_ENDPOINT_URL": $0] } ?? [:])
        }
        let definition = try StateMachineDefinition(parsing: stack.stateMachine.definition)
        return try await withLocalLambda(functions: specifications, options: options) { server in
            let name = "deployed-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
            return await Interpreter(definition: definition, environment: environment(server))
                .run(input: input, name: name)
        }
    }

    /// Runs an execution that has to succeed.
    func succeed(
        _ trial: Trial,
        input: JSONValue = .object([:]),
        surroundings: [String: String] = [:]
    ) async throws -> Summary {
        let result = try await execute(trial, input: input, surroundings: surroundings)
        let output = try #require(result.output, "\(result.error ?? "") \(result.cause ?? "")\n\(said.end)")
        return try FunctionJSON.decode(Summary.self, from: Array(output.jsonText.utf8))
    }

    private func environment(_ server: LocalLambdaServer) -> InterpreterEnvironment {
        let machine = stack.stateMachine.arn
        let functions = stack.functions
        return InterpreterEnvironment(
            identity: StateMachineIdentity(
                stateMachineARN: machine,
                name: String(machine.split(separator: ":").last ?? ""),
                roleARN: "arn:aws:iam::123456789012:role/none"
            ),
            clock: SystemInterpreterClock(),
            // Retries wait for a random part of their interval: for none of it.
            functions: .init(random: { 0 }, uuid: { UUID().uuidString }, hash: { _, _ in nil }),
            invokeFunction: { reference, event in
                guard let function = functions.first(where: { $0.arn == reference.text }) else {
                    throw TaskFailure(
                        error: "Lambda.ResourceNotFoundException",
                        cause: "\(reference.text) is not deployed"
                    )
                }
                let answer = try await server.invoke(function.name, ByteBuffer(string: event.jsonText))
                guard answer.isFunctionError else { return try JSONValue(parsing: String(buffer: answer.payload)) }
                let failure = try FunctionJSON.decode(FailureCause.self, from: answer.payload.readableBytesView)
                throw TaskFailure(SyncError(SyncError.Name(rawValue: failure.errorType), failure.errorMessage))
            }
        )
    }
}
