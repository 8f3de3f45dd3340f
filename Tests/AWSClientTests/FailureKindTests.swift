import Testing

@testable import AWSClient

@Suite("FailureKind")
struct FailureKindTests {
    @Test(
        "an error is classified by its code, then by its status",
        arguments: [
            ("SlowDown", 503, FailureKind.throttling), ("ProvisionedThroughputExceededException", 400, .throttling),
            ("ThrottlingException", 400, .throttling), ("Anything", 429, .throttling),
            ("InternalError", 200, .transient), ("RequestTimeout", 400, .transient), ("Anything", 500, .transient),
            ("Anything", 502, .transient), ("Anything", 503, .transient), ("Anything", 504, .transient),
            ("ClientConnectionFailed", nil, .transient), ("ClientTimedOut", nil, .transient),
            ("NoSuchKey", 404, .permanent), ("ConditionalCheckFailedException", 400, .permanent),
            ("Anything", 501, .permanent), ("RequestTimeTooSkewed", 403, .permanent),
        ] as [(String, Int?, FailureKind)]
    )
    func table(_ code: String, _ status: Int?, _ kind: FailureKind) {
        let error = AWSError(AWSErrorCode(rawValue: code), message: "", answer: .init(httpStatus: status))
        #expect(error.failureKind == kind)
        #expect(error.isRetryable == (kind != .permanent))
        #expect(error.isThrottling == (kind == .throttling))
    }

    @Test("a refused signature is a matter of the clock only when the clocks differ")
    func clock() {
        for code in ["RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch"] {
            let answer = AWSError.Answer(httpStatus: 403, clockOffset: .seconds(900))
            let error = AWSError(AWSErrorCode(rawValue: code), message: "", answer: answer)
            #expect(error.failureKind == .clockSkew)
        }
    }
}
