import HTTPTransport
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("Step Functions requests and answers")
struct StepFunctionsTests {
    private let arn = "arn:aws:states:eu-central-1:111122223333:execution:m:e"

    @Test("an execution is redriven under a token")
    func redrive() async throws {
        let executor = ScriptedExecutor(.answer(200, [:], #"{"redriveDate":1795235400.123}"#))
        let output = try await StepFunctions(client: client(executor)).redriveExecution(
            .init(executionArn: arn, clientToken: "t")
        )
        let request = try #require(executor.requests.first)
        #expect(request.url == "https://states.eu-central-1.amazonaws.com/")
        #expect(request.headers["X-Amz-Target"] == ["AWSStepFunctions.RedriveExecution"])
        #expect(request.headers["Content-Type"] == ["application/x-amz-json-1.0"])
        #expect(request.bodyText?.contains(#""clientToken":"t""#) == true)
        #expect(output.redriveDate == 1_795_235_400.123)
    }

    @Test("what cannot be redriven is told by its code, and not tried again")
    func refused() async throws {
        let executor = ScriptedExecutor(.answer(400, [:], #"{"__type":"ExecutionNotRedrivable","message":"no"}"#))
        let error = try await awsError {
            try await StepFunctions(client: client(executor)).redriveExecution(.init(executionArn: arn))
        }
        #expect(error.code == .executionNotRedrivable)
        #expect(!error.isRetryable)
    }
}

@Suite("Step Functions against an emulator", .tags(.integration), .enabled(if: Emulator.address != nil))
struct StepFunctionsIntegrationTests {
    @Test("an execution that was started is described and listed; the same name twice is told apart")
    func executions() async throws {
        try await Emulator.with { client in
            let service = StepFunctions(client: client)
            struct Machine: Encodable {
                var name: String
                var definition = #"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#
                var roleArn = "arn:aws:iam::123456789012:role/r"
            }
            struct Made: Decodable { var stateMachineArn: String }
            let name = Emulator.unique("machine")
            let machine: Made = try await client.call("CreateStateMachine", of: .stepFunctions, Machine(name: name))
            let started = try await service.startExecution(
                .init(stateMachineArn: machine.stateMachineArn, name: "e", input: #"{"k":1}"#)
            )
            let known = try await service.describeExecution(.init(executionArn: started.executionArn))
            #expect(known.name == "e")
            #expect(known.stateMachineArn == machine.stateMachineArn)
            let list = try await service.listExecutions(.init(stateMachineArn: machine.stateMachineArn, maxResults: 10))
            #expect(list.executions.map(\.executionArn) == [started.executionArn])
            let again = try await awsError {
                try await service.startExecution(
                    .init(stateMachineArn: machine.stateMachineArn, name: "e", input: #"{"k":2}"#)
                )
            }
            #expect(again.code == .executionAlreadyExists)
            let unknown = try await awsError {
                try await service.describeExecution(.init(executionArn: started.executionArn + "x"))
            }
            #expect(unknown.code == .executionDoesNotExist)
        }
    }
}
