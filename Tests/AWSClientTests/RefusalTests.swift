import Testing

@testable import AWSClient

@Suite("What a refusal is about")
struct RefusalTests {
    private func refusal(_ code: String, _ status: Int?, region: String? = nil) -> Refusal? {
        AWSError(
            AWSErrorCode(rawValue: code),
            message: "",
            service: "s3",
            answer: .init(httpStatus: status, bucketRegion: region.map(Region.init(rawValue:)))
        ).refusal
    }

    @Test(
        "a refusal that stays is known by its code, and by its status where the code is new",
        arguments: [
            ("InvalidAccessKeyId", 403, .credentials), ("ExpiredToken", 400, .credentials),
            ("SignatureDoesNotMatch", 403, .credentials), ("UnrecognizedClientException", 400, .credentials),
            ("AccessDenied", 403, .permission), ("AccessDeniedException", 400, .permission),
            ("AllAccessDisabled", 403, .permission), ("SomethingNew", 403, .permission),
            ("KMS.DisabledException", 400, .encryptionKey), ("KMS.NotFoundException", 400, .encryptionKey),
            ("KMS.KMSInvalidStateException", 400, .encryptionKey), ("KMSDisabled", 400, .encryptionKey),
            ("KmsAccessDeniedException", 400, .encryptionKey), ("DecryptionFailure", 400, .encryptionKey),
            ("NoSuchBucket", 404, .bucket), ("InvalidBucketName", 400, .bucket),
            ("ResourceNotFoundException", 400, .resource), ("TableNotFoundException", 400, .resource),
            ("NotImplemented", 501, .unsupported), ("MethodNotAllowed", 405, .unsupported),
            ("SomethingNew", 501, .unsupported), ("XMinioInvalidObjectName", 400, .objectName),
            ("KeyTooLongError", 400, .objectName), ("EntityTooLarge", 400, .objectSize),
            ("InvalidArgument", 400, .request), ("ValidationException", 400, .request), ("SomethingNew", 400, .request),
            ("PermanentRedirect", 301, .otherRegion(nil)),
        ] as [(String, Int, Refusal)]
    )
    func permanent(code: String, status: Int, expected: Refusal) {
        #expect(refusal(code, status) == expected)
    }

    @Test(
        "what may pass, or depends on others, is no refusal",
        arguments: [
            ("SlowDown", 503), ("InternalError", 500), ("KMS.ThrottlingException", 400), ("KMSThrottling", 400),
            ("KMS.KMSInternalException", 500), ("KeyUnavailableException", 500), ("PreconditionFailed", 412),
            ("ConditionalRequestConflict", 409), ("NoSuchKey", 404), ("NoSuchUpload", 404), ("BadDigest", 400),
            ("ConditionalCheckFailedException", 409), ("RequestTimeout", 400), ("TemporaryRedirect", 307),
            ("ClientConnectionFailed", nil), ("ClientMalformedResponse", nil),
        ] as [(String, Int?)]
    )
    func passing(code: String, status: Int?) {
        #expect(refusal(code, status) == nil)
    }

    @Test(
        "the region of the bucket is taken from what the answer says",
        arguments: [
            ("PermanentRedirect", 301), ("AuthorizationHeaderMalformed", 400), ("HTTPStatus400", 400),
            ("TemporaryRedirect", 307), ("IllegalLocationConstraintException", 400),
        ]
    )
    func region(code: String, status: Int) {
        #expect(refusal(code, status, region: "eu-west-1") == .otherRegion(Region(rawValue: "eu-west-1")))
    }

    @Test("an authorization that is malformed otherwise is refused as what it is")
    func malformed() {
        #expect(refusal("AuthorizationHeaderMalformed", 400) == .request)
        #expect(refusal("AccessDenied", 403, region: "eu-west-1") == .permission)
    }
}
