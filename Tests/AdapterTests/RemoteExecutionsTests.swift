import AWSAdapters
import Logging
import SyncCore
import TestSupport
import Testing

private let machine = "arn:aws:states:eu-central-1:111122223333:stateMachine:vault-sync"
private let execution = "arn:aws:states:eu-central-1:111122223333:execution:vault-sync:nightly"
private let credentials = ["AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"]

@Suite("Executions on AWS")
struct RemoteExecutionsTests {
    private func executions(_ http: RecordedHTTP, arn: String = execution) throws -> RemoteExecutions {
        try RemoteExecutions(
            arn: arn,
            executor: http,
            variables: credentials,
            clock: InstantClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
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

    @Test("are redriven under a token, in the region that the ARN names")
    func redrives() async throws {
        let http = RecordedHTTP([described("REDRIVABLE", redrives: 2), .json(#"{"redriveDate":1795235400}"#)])
        #expect(try await executions(http).redrive(execution, token: "once") == 3)
        let request = try #require(http.requests.last)
        #expect(request.url == "https://states.eu-central-1.amazonaws.com/")
        #expect(request.text.contains(#""clientToken":"once""#))
        #expect(request.text.contains("execution:vault-sync:nightly"))
    }

    @Test(
        "are asked of no other host than AWS's, whatever stands for the region",
        arguments: ["evil.example/", "evil.example#", "a@evil", "", "eu-central-1.evil", "a b"]
    )
    func region(region: String) throws {
        let arn = "arn:aws:states:\(region):111122223333:execution:vault-sync:nightly"
        let error = #expect(throws: SyncError.self) { try executions(RecordedHTTP([]), arn: arn) }
        #expect(error?.name == .invalidInput)
    }

    @Test("are refused on the 15th day without a try, with the reason and the way out")
    func late() async throws {
        let http = RecordedHTTP([described("NOT_REDRIVABLE", reason: "Execution redrivable period exceeded")])
        let error = await #expect(throws: SyncError.self) {
            try await executions(http).redrive(execution, token: "once")
        }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("redrivable period exceeded") == true)
        #expect(error?.message.contains("start-execution --state-machine-arn \(machine)") == true)
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

    @Test("are listed when they ended within 14 days and can be redriven")
    func lists() async throws {
        // The clock stands at 1795235400.
        let failed = #"""
            {"executions":[{"executionArn":"\#(execution)","name":"nightly","status":"FAILED","stopDate":1795200000.25},
             {"executionArn":"\#(execution)-old","name":"nightly-old","status":"FAILED","stopDate":1794000000}]}
            """#
        let none = #"{"executions":[]}"#
        let aborted = #"""
            {"executions":[{"executionArn":"\#(execution)-2","name":"nightly-2","status":"ABORTED","stopDate":1795200001}]}
            """#
        let http = RecordedHTTP([
            .json(failed), .json(none), .json(aborted), described("NOT_REDRIVABLE"),
            described("REDRIVABLE", redrives: 1),
        ])
        let found = try await executions(http, arn: machine).redrivable(of: machine)
        #expect(found.map(\.arn) == [execution])
        #expect(found.first?.error == "PartialFailure")
        #expect(found.first?.redrives == 1)
        #expect(http.answersLeft == 0)
        #expect(http.requests.prefix(3).allSatisfy { $0.text.contains(#""statusFilter":""#) })
        #expect(http.requests[3].text.contains("nightly-2"), "the newest is looked at first")
    }

    @Test("need an ARN of Step Functions", arguments: ["nightly", "arn:aws:s3:::bucket", "arn:aws:states:::x"])
    func arns(_ arn: String) throws {
        let error = #expect(throws: SyncError.self) { try executions(RecordedHTTP([]), arn: arn) }
        #expect(error?.name == .invalidInput)
    }
}
