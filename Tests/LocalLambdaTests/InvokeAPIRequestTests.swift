import LambdaRuntime
import NIOHTTP1
import Testing

@testable import LocalLambda

@Suite("Invoke API requests")
struct InvokeAPIRequestTests {
    private func request(_ function: String, _ headers: HTTPHeaders = [:]) -> LoopbackRequest {
        LoopbackRequest(
            method: .POST,
            uri: "/2015-03-31/functions/\(function)/invocations?Qualifier=1",
            headers: headers
        )
    }

    @Test(
        "a function is named by name or ARN, with or without a qualifier",
        arguments: [
            "lister", "lister:1", "lister:$LATEST", "lister%3A1", "123456789012:function:lister",
            "arn:aws:lambda:us-east-1:123456789012:function:lister",
            "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Alister%3Aprod",
        ]
    )
    func names(reference: String) throws {
        #expect(try InvokeAPIRequest(request(reference)).functionName == "lister")
    }

    @Test("a function may be called function")
    func namedFunction() throws {
        #expect(try InvokeAPIRequest(request("function")).functionName == "function")
        #expect(try InvokeAPIRequest(request("function:1")).functionName == "function")
    }

    @Test(
        "the invocation type is a header, and waiting for the answer the default",
        arguments: [
            (HTTPHeaders(), InvokeAPIRequest.InvocationType.requestResponse),
            (HTTPHeaders([("x-amz-invocation-type", "Event")]), .event),
            (HTTPHeaders([("X-Amz-Invocation-Type", "DryRun")]), .dryRun),
        ]
    )
    func type(headers: HTTPHeaders, expected: InvokeAPIRequest.InvocationType) throws {
        #expect(try InvokeAPIRequest(request("lister", headers)).type == expected)
    }

    @Test("an unknown type is an invalid parameter")
    func unknownType() throws {
        let error = #expect(throws: LocalLambdaError.self) {
            try InvokeAPIRequest(request("lister", ["X-Amz-Invocation-Type": "Later"]))
        }
        #expect(error?.code == .invalidParameter)
    }

    @Test(
        "all else is an unknown operation",
        arguments: ["/", "/2015-03-31/functions", "/2015-03-31/functions//invocations", "/invoke"]
    )
    func unknownOperation(uri: String) {
        let error = #expect(throws: LocalLambdaError.self) {
            try InvokeAPIRequest(LoopbackRequest(method: .POST, uri: uri))
        }
        #expect(error?.code == .unknownOperation)
    }
}
