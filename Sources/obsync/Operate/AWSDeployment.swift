import AWSAdapters
import AWSClient
import Clocks
import Foundation
import HTTPTransport
import Logging
import Pipeline
import SyncCore

/// A deployment on AWS, as its stack describes it, with a client for what it has.
struct AWSDeployment: Sendable {
    /// The stack's name.
    let stack: String
    /// Such as `CREATE_COMPLETE`.
    let status: String
    let region: Region
    let client: AWSClient
    /// What the template puts out, by name.
    let outputs: [String: String]
    /// What the stack was made with, by name.
    let parameters: [String: String]

    /// The ARN of the state machine.
    let stateMachine: String
    /// The bucket of the files and of the working data.
    let bucket: String
    /// The table of the records.
    let table: String

    /// What people read.
    var title: String { "the deployment \(stack) in \(region.rawValue)" }

    /// Finds the deployment and works with it.
    ///
    /// - Parameters:
    ///   - choice: which one.
    ///   - logger: for what concerns no call in particular.
    ///   - body: works with it.
    /// - Returns: what `body` returns.
    /// - Throws: `InvalidInput` where there is no such stack, or it is not one of Obsync; `InvalidConfiguration` where AWS
    ///   lets nobody in; what `body` throws.
    static func with<Result: Sendable>(
        _ choice: DeploymentChoice,
        _ logger: Logger,
        _ body: (AWSDeployment) async throws -> Result
    ) async throws -> Result {
        let name = try choice.name()
        let environment = ProcessInfo.processInfo.environment
        return try await withTransport(environment) { transport in
            let client = try AWSClient(environment: environment, name.choices, executor: transport, logger: logger)
            return try await body(try await find(name.stack, client))
        }
    }

    /// Reads what CloudFormation knows of the stack.
    ///
    /// - Throws: `InvalidInput` where there is no such stack, or it lacks what the template puts out.
    static func find(_ name: String, _ client: AWSClient) async throws -> AWSDeployment {
        do {
            return try AWSDeployment(try await CloudFormation(client: client).describeStack(name), client)
        } catch let error as AWSError where error.code == .validationError {
            throw SyncError(
                .invalidInput,
                "there is no stack \(name.printable) in \(client.region.rawValue); name the deployment with --stack and --region, "
                    + "or make it: make deploy",
                underlying: error
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }

    private init(_ found: CloudFormation.Stack, _ client: AWSClient) throws(SyncError) {
        func output(_ name: String) throws(SyncError) -> String {
            if let value = found.outputs[name], !value.isEmpty { return value }
            throw SyncError(
                .invalidInput,
                "the stack \(found.stackName.printable) (\(found.stackStatus)) puts out no \(name), so it is no finished "
                    + "deployment of Obsync; name another one with --stack, or finish it: make deploy"
            )
        }
        stack = found.stackName
        status = found.stackStatus
        region = client.region
        self.client = client
        outputs = found.outputs
        parameters = found.parameters
        stateMachine = try output("StateMachineArn")
        bucket = try output("BucketName")
        table = try output("TableName")
    }
}

extension AWSDeployment {
    /// The executions of its state machine.
    var executions: DeployedExecutions {
        DeployedExecutions(
            stepFunctions: StepFunctions(client: client),
            stateMachine: stateMachine,
            clock: SystemClock()
        )
    }

    /// The records.
    var records: DynamoRecordStore { DynamoRecordStore(dynamoDB: DynamoDB(client: client), table: table) }

    /// The working data of runs.
    var state: S3ObjectStore {
        S3ObjectStore(s3: S3(client: client), bucket: bucket, prefix: parameters["StatePrefix"] ?? "state/")
    }

    /// The groups of the functions' logs, as the template names them.
    var logGroups: [(function: PipelineFunction, group: String)] {
        PipelineFunction.allCases.map { ($0, "/aws/lambda/\(stack)-\($0.rawValue)") }
    }
}
