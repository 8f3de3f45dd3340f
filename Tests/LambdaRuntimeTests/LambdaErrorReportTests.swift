import NIOCore
import Testing

@testable import LambdaRuntime

@Suite("Error report")
struct LambdaErrorReportTests {
    struct Leaky: Error, CustomStringConvertible { var description: String { "password=hunter2" } }

    @Test("the JSON has the three fields in a fixed order, and reads back")
    func json() {
        let report = LambdaErrorReport(errorType: "Throttled", errorMessage: "slow \"down\"", stackTrace: ["a", "b"])
        #expect(
            String(buffer: report.json())
                == #"{"errorType":"Throttled","errorMessage":"slow \"down\"","stackTrace":["a","b"]}"#
        )
        #expect(LambdaErrorReport.decode(report.json()) == report)
    }

    @Test("fields that other runtimes leave out are empty")
    func tolerant() {
        let report = LambdaErrorReport.decode(ByteBuffer(string: #"{"errorMessage":"m"}"#))
        #expect(report == LambdaErrorReport(errorType: "", errorMessage: "m"))
        #expect(LambdaErrorReport.decode(ByteBuffer(string: "no")) == nil)
    }

    @Test("an unknown error is told by its type alone")
    func describing() {
        let report = LambdaErrorReport(describing: Leaky())
        #expect(report.errorType == "Leaky")
        #expect(!report.errorMessage.contains("hunter2"))
    }
}
