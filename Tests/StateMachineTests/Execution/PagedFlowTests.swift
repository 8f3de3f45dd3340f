import Synchronization
import Testing

@testable import StateMachine

@Suite("A flow that lists page by page and downloads in batches")
struct PagedFlowTests {
    private let definition = #"""
        {"StartAt": "Authenticate", "States": {
          "Authenticate": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${Authenticator}", "Payload.$": "$"},
                           "ResultSelector": {"request.$": "$.Payload"}, "Next": "List"},
          "List": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${Lister}", "Payload.$": "$"},
                   "OutputPath": "$.Payload", "Catch": [{"ErrorEquals": ["TokenExpired"], "ResultPath": null, "Next": "Authenticate"}], "Next": "Route"},
          "Route": {"Type": "Choice", "Choices": [{"Variable": "$.next", "StringEquals": "work", "Next": "Download"}, {"Variable": "$.next", "StringEquals": "continue", "Next": "ContinueAsNew"}], "Default": "Done"},
          "Download": {"Type": "Map", "ItemsPath": "$.batches", "MaxConcurrencyPath": "$.concurrency", "ItemSelector": {"batch.$": "$$.Map.Item.Value", "run.$": "$.run"}, "ResultPath": null,
                       "ItemProcessor": {"StartAt": "DownloadBatch", "States": {
                         "DownloadBatch": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${Downloader}", "Payload.$": "$"},
                                           "ResultSelector": {"status.$": "$.Payload.status"}, "ResultPath": "$.result", "Retry": [{"ErrorEquals": ["Throttled"], "JitterStrategy": "FULL"}],
                                           "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Noted"}], "Next": "Partial"},
                         "Partial": {"Type": "Choice", "Choices": [{"Variable": "$.result.status", "StringEquals": "partial", "Next": "DownloadBatch"}], "Default": "Noted"},
                         "Noted": {"Type": "Succeed"}}}, "Next": "List"},
          "ContinueAsNew": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn.$": "$$.StateMachine.Id", "Name.$": "States.Format('{}-2', $.run)", "Input.$": "$"}, "Next": "Done"},
          "Done": {"Type": "Succeed"}}}
        """#

    @Test("comes through expired tokens, throttling, partial batches and poisoned ones, and goes on in a new execution")
    func wholeFlow() async throws {
        let lists = Mutex<[JSONValue]>([
            ["next": "work", "run": "r", "concurrency": 1, "batches": ["good", "partial", "throttled", "poisoned"]],
            ["next": "continue", "run": "r"],
        ])
        let (lister, partial, throttled) = (Counter(0), Counter(1), Counter(2))
        let started = Mutex<[StartExecutionRequest]>([])
        let machine = TestMachine(
            function: { name, event in
                switch (name, event["batch"]?.string) {
                case ("authenticator", _): return ["run": "r"]
                case ("lister", _):
                    if lister.increment() == 1 { throw TaskFailure(error: "TokenExpired") }
                    return lists.withLock { $0.removeFirst() }
                case (_, "partial"): return ["status": partial.decrement() ? "partial" : "done"]
                case (_, "throttled"):
                    if throttled.decrement() { throw TaskFailure(error: "Throttled") }
                    return ["status": "done"]
                case (_, "poisoned"): throw TaskFailure(error: "CorruptContent")
                default: return ["status": "done"]
                }
            },
            start: { request in
                started.withLock { $0.append(request) }
                return ["ExecutionArn": "x"]
            }
        )
        let names = ["Authenticator": "authenticator", "Lister": "lister", "Downloader": "downloader"]
        let definition = try StateMachineDefinition(parsing: definition, substitutions: names)
        let result = await Interpreter(definition: definition, environment: machine.environment()).run(
            input: [:],
            name: "n"
        )
        #expect(result == ExecutionResult(status: .succeeded, output: ["ExecutionArn": "x"]))
        #expect(machine.calls.count { $0 == "authenticator" } == 2)
        #expect(machine.calls.count { $0 == "lister" } == 3)
        #expect(machine.calls.count { $0 == "downloader" } == 7)
        #expect((machine.clock as? InstantClock)?.sleeps == [.milliseconds(500), .seconds(1)])
        #expect(started.withLock { $0.map(\.name) } == ["r-2"])
    }
}
