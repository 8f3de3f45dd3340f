import Foundation
import HTTPTransport
import NIOCore
import NIOHTTP1
import Pipeline
import Simulators
import StateMachine
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// A stack of CloudFormation around a deployment of this machine, as `obsync` finds one: the emulator's Step Functions runs
/// the machine, and hands its tasks to the functions' own executables.
struct OperatedStack: Sendable {
    struct Outcome {
        var status: Int32
        var output: String
        var error: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    let deployment: Deployment
    let name: String
    private let address: String

    /// Makes the stack.
    init(_ deployment: Deployment) async throws {
        self.deployment = deployment
        name = Deployment.uniqueName()
        address = try #require(Deployment.emulator)
        let lambda = deployment.lambdaURL.replacing("http://", with: "")
        var text = String(decoding: PackageResources.vault_sync_asl_json, as: UTF8.self)
        for function in PipelineFunction.allCases {
            text = text.replacing("${\(function.placeholder)}", with: "\(function.rawValue)@\(lambda)")
        }
        // The emulator's context does not know it.
        text = text.replacing(#""redrives.$": "$$.Execution.RedriveCount""#, with: #""redrives": 0"#)
        try await ask(
            "cloudformation",
            form: [
                ("Action", "CreateStack"), ("Version", "2010-05-15"), ("StackName", name),
                ("TemplateBody", try template(text)),
            ]
        )
        let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        try await send("s3", versioning, [:], .PUT, "/\(deployment.bucket)?versioning")
    }

    private func template(_ definition: String) throws -> String {
        var resources: [String: Any] = [
            "StateMachine": [
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": [
                    "StateMachineName": "\(name)-vault-sync", "RoleArn": "arn:aws:iam::123456789012:role/none",
                    "DefinitionString": definition,
                ],
            ],
            "Alerts": ["Type": "AWS::SNS::Topic", "Properties": ["TopicName": "\(name)-alerts"]],
        ]
        for function in PipelineFunction.allCases {
            let group = ["LogGroupName": "/aws/lambda/\(name)-\(function.rawValue)"]
            resources["\(function.executable)Logs"] = ["Type": "AWS::Logs::LogGroup", "Properties": group]
        }
        func parameter(_ value: String) -> [String: String] { ["Type": "String", "Default": value] }
        let template: [String: Any] = [
            "Parameters": [
                "FilesPrefix": parameter(Deployment.prefix), "StatePrefix": parameter("state/"),
                "ScheduleState": parameter("DISABLED"),
            ],
            "Resources": resources,
            "Outputs": [
                "StateMachineArn": ["Value": ["Ref": "StateMachine"]],
                "BucketName": ["Value": deployment.bucket], "TableName": ["Value": deployment.table],
                "SecretName": ["Value": deployment.bucket], "TopicArn": ["Value": ["Ref": "Alerts"]],
            ],
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: template), as: UTF8.self)
    }

    /// Puts lines into the log of a function, as Lambda would.
    func log(_ function: PipelineFunction, _ lines: [(time: Int64, text: String)]) async throws {
        let group = "/aws/lambda/\(name)-\(function.rawValue)"
        let stream: [String: Any] = ["logGroupName": group, "logStreamName": "stream"]
        try await ask("logs", target: "Logs_20140328.CreateLogStream", json: stream)
        let events = lines.map { ["timestamp": $0.time, "message": $0.text] as [String: Any] }
        try await ask(
            "logs",
            target: "Logs_20140328.PutLogEvents",
            json: stream.merging(["logEvents": events]) { $1 }
        )
    }

    /// Has somebody get the alerts.
    func subscribe(_ mail: String) async throws {
        let topic = "arn:aws:sns:eu-central-1:123456789012:\(name)-alerts"
        try await ask(
            "sns",
            form: [
                ("Action", "Subscribe"), ("Version", "2010-03-31"), ("TopicArn", topic), ("Protocol", "email"),
                ("Endpoint", mail),
            ]
        )
    }

    /// Makes the schedule as the template does, for a state machine.
    func makeSchedule(_ stateMachine: String, state: String) async throws {
        let headers = ["Content-Type": "application/json"]
        try await send("scheduler", "{}", headers, .POST, "/schedule-groups/\(name)")
        let schedule: [String: Any] = [
            "GroupName": name, "ScheduleExpression": "rate(1 day)", "State": state,
            "FlexibleTimeWindow": ["Mode": "OFF"],
            "Target": ["Arn": stateMachine, "RoleArn": "arn:aws:iam::123456789012:role/none"],
        ]
        let body = String(decoding: try JSONSerialization.data(withJSONObject: schedule), as: UTF8.self)
        try await send("scheduler", body, headers, .POST, "/schedules/\(name)-vault-sync")
    }

    private func ask(_ service: String, form: [(String, String)]) async throws {
        func escaped(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        let body = form.map { "\($0)=\(escaped($1))" }.joined(separator: "&")
        try await send(service, body, ["Content-Type": "application/x-www-form-urlencoded"])
    }

    private func ask(_ service: String, target: String, json: [String: Any]) async throws {
        let body = String(decoding: try JSONSerialization.data(withJSONObject: json), as: UTF8.self)
        try await send(service, body, ["X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"])
    }

    private func send(
        _ service: String,
        _ body: String,
        _ headers: [String: String],
        _ method: HTTPMethod = .POST,
        _ path: String = ""
    ) async throws {
        var request = HTTPRequest(method: method, url: address + path, body: .bytes(ByteBuffer(string: body)))
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let scope = "Credential=testing/20260101/eu-central-1/\(service)/aws4_request"
        request.headers.add(name: "Authorization", value: "AWS4-HMAC-SHA256 \(scope), SignedHeaders=host, Signature=0")
        let response = try await deployment.transport.execute(request, timeout: .seconds(60), logger: quietLogger)
        let answer = String(buffer: try await response.collect(upTo: 1 << 20))
        try #require(response.status == 200, "\(answer)")
    }

    /// Prepares a process of `obsync` that has nothing but the emulator's address and keys.
    func process(_ arguments: [String], folder: String? = nil) throws -> Process {
        let process = Process()
        let executable: URL = try #require(BuiltProducts.url(of: "obsync"), "obsync is not built")
        process.executableURL = executable
        process.arguments = arguments
        process.environment = [
            "PATH": "/usr/bin:/bin", "TZ": "UTC", "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        ]
        process.environment?["OBSIDIAN_API_URL"] = deployment.provider.baseURL
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        return process
    }

    /// Runs `obsync` on the stack.
    func obsync(_ arguments: String...) async throws -> Outcome {
        try await Self.run(try process(arguments + ["--stack", name, "--region", "eu-central-1"]))
    }

    /// Runs a process to its end, away from the threads that tasks run on.
    static func run(
        _ process: Process,
        whileItRuns body: @escaping @Sendable (_ id: Int32, _ runs: () -> Bool) -> Void = { _, _ in }
    ) async throws -> Outcome {
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                do {
                    try process.run()
                    let told = Mutex("")
                    let group = DispatchGroup()
                    DispatchQueue.global().async(group: group) {
                        let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                        told.withLock { $0 = text }
                    }
                    body(process.processIdentifier) { process.isRunning }
                    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                    group.wait()
                    process.waitForEnd()
                    continuation.resume(
                        returning: Outcome(
                            status: process.terminationStatus,
                            output: text,
                            error: told.withLock { $0 }
                        )
                    )
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
