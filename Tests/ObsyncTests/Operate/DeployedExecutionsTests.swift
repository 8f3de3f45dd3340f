import AWSAdapters
import AWSClient
import Logging
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

private let machine = "arn:aws:states:eu-central-1:111122223333:stateMachine:vault-sync"
private let execution = "arn:aws:states:eu-central-1:111122223333:execution:vault-sync:nightly"
private let credentials = ["AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"]

@Suite("Executions on AWS")
struct DeployedExecutionsTests {
    private func executions(_ http: RecordedHTTP) throws -> DeployedExecutions {
        let client = try AWSClient(
            environment: credentials,
            AWSClient.Choices(region: Region(name: "eu-central-1")),
            executor: http,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return DeployedExecutions(
            stepFunctions: StepFunctions(client: client),
            stateMachine: machine,
            clock: InstantClock()
        )
    }

    private func described(_ status: String, reason: String? = nil, redrives: Int = 0) -> RecordedHTTP.Answer {
        let reason = reason.map { #","redriveStatusReason":"\#($0)""# } ?? ""
        return .json(
            #"""
            {"executionArn":"\#(execution)","stateMachineArn":"\#(machine)","name":"nightly","status":"FAILED","error":"PartialFailure",
             "startDate":1795000000.5,"stopDate":1795200000.25,"redriveCount":\#(redrives),"redriveStatus":"\#(status)"\#(reason)}
            """#
        )
    }

    private func refused(_ type: String) -> RecordedHTTP.Answer {
        .response(status: 400, body: #"{"__type":"\#(type)","message":"no"}"#)
    }

    @Test("are redriven under a token, by name or ARN", arguments: ["nightly", execution])
    func redrives(name: String) async throws {
        let http = RecordedHTTP([described("REDRIVABLE", redrives: 2), .json(#"{"redriveDate":1795235400}"#)])
        #expect(try await executions(http).redrive(name, token: "once") == 3)
        let request = try #require(http.requests.last)
        #expect(request.url == "https://states.eu-central-1.amazonaws.com/")
        #expect(request.text.contains(#""clientToken":"once""#))
        #expect(
            request.text.contains(
                #""executionArn":"arn:aws:states:eu-central-1:111122223333:execution:vault-sync:nightly""#
            )
        )
    }

    @Test(
        "are asked of no other host than AWS's, whatever stands for the region",
        arguments: ["evil.example/", "evil.example#", "a@evil", "", "eu-central-1.evil", "a b"]
    )
    func region(region: String) throws {
        let arn = "arn:aws:states:\(region):111122223333:execution:vault-sync:nightly"
        let error = #expect(throws: SyncError.self) { try StateMachineARN(arn) }
        #expect(error?.name == .invalidInput)
    }

    @Test("name their state machine", arguments: [execution, machine])
    func machines(arn: String) throws {
        let named = try StateMachineARN(arn)
        #expect(named.region == "eu-central-1" && named.stateMachine == machine)
    }

    @Test("are refused on the 15th day without a try, with the reason and the way out")
    func late() async throws {
        let http = RecordedHTTP([described("NOT_REDRIVABLE", reason: "Execution redrivable period exceeded")])
        let error = await #expect(throws: SyncError.self) {
            try await executions(http).redrive(execution, token: "once")
        }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("redrivable period exceeded") == true)
        #expect(error?.message.contains("start a new one: obsync start") == true)
        #expect(http.requests.count == 1)
    }

    @Test(
        "are answered in a sentence when the service refuses",
        arguments: [("ExecutionNotRedrivable", "cannot be redriven"), ("ExecutionDoesNotExist", "no execution")]
    )
    func refusals(type: String, words: String) async throws {
        let http = RecordedHTTP([described("REDRIVABLE"), refused(type)])
        let error = await #expect(throws: SyncError.self) {
            try await executions(http).redrive(execution, token: "once")
        }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains(words) == true)
    }

    @Test("are listed when they ended within 14 days, no newer run has succeeded since, and they can be redriven")
    func lists() async throws {
        // The clock stands at 1795235400.
        let list = #"""
            {"executions":[{"executionArn":"\#(execution)-2","name":"nightly-2","status":"ABORTED","startDate":1795200000,"stopDate":1795200001},
             {"executionArn":"\#(execution)","name":"nightly","status":"FAILED","startDate":1795100000,"stopDate":1795100009.25},
             {"executionArn":"\#(execution)-0","name":"well","status":"SUCCEEDED","startDate":1795000000,"stopDate":1795000009},
             {"executionArn":"\#(execution)-1","name":"done-since","status":"FAILED","startDate":1794900000,"stopDate":1794900001}]}
            """#
        let http = RecordedHTTP([.json(list), described("NOT_REDRIVABLE"), described("REDRIVABLE", redrives: 1)])
        let found = try await executions(http).redrivable()
        #expect(found.map(\.name) == ["nightly"])
        #expect(found.first?.error == "PartialFailure")
        #expect(found.first?.redriveCount == 1)
        #expect(http.answersLeft == 0)
        #expect(http.requests[1].text.contains("nightly-2"), "the newest is looked at first")
    }

    @Test("tell the events after a certain one, from pages that come backwards")
    func events() async throws {
        let http = RecordedHTTP([
            .json(#"{"events":[{"id":5},{"id":4}],"nextToken":"t"}"#),
            .json(#"{"events":[{"id":3},{"id":2}],"nextToken":"u"}"#),
        ])
        let events = try await executions(http).events(after: 2, of: "nightly")
        #expect(events.compactMap { $0["id"]?.integer } == [3, 4, 5])
        #expect(http.answersLeft == 0)
    }

    @Test("need an ARN of Step Functions", arguments: ["nightly", "arn:aws:s3:::bucket", "arn:aws:states:::x"])
    func arns(_ arn: String) throws {
        let error = #expect(throws: SyncError.self) { try StateMachineARN(arn) }
        #expect(error?.name == .invalidInput)
    }
}
