/// What a permanent refusal is about, and so who can do something about it.
package enum Refusal: Sendable, Hashable {
    /// The keys are unknown, wrong or incomplete, or they have run out.
    case credentials
    /// The keys may not do this.
    case permission
    /// The KMS key cannot be used: it is disabled, gone, of the wrong kind, or closed to these keys.
    case encryptionKey
    /// The bucket is in another region; nil where the answer does not name it.
    case otherRegion(Region?)
    /// There is no such bucket, or no bucket can have this name.
    case bucket
    /// There is no such table, index, secret, topic or state machine.
    case resource
    /// The service does not know an operation or a header field.
    case unsupported
    /// No object can have this name.
    case objectName
    /// No object can be as large as this.
    case objectSize
    /// The service refuses this one request for good, for a reason that its code tells.
    case request
}

extension AWSError {
    /// What the refusal is about; nil for what may pass by itself, and for what depends on what others do meanwhile.
    ///
    /// Sources: "Error responses" in S3's API reference; "Common error types" and the errors of each operation in the
    /// references of DynamoDB, KMS, Secrets Manager and SNS; the spellings of MinIO and Ceph after their source.
    package var refusal: Refusal? {
        guard failureKind == .permanent else { return nil }
        if let region = regionOfBucket { return .otherRegion(region.isEmpty ? nil : Region(rawValue: region)) }
        let code = code.rawValue
        if let known = Self.refusals[code] { return known }
        if code.hasPrefix("KMS") || code.hasPrefix("Kms") { return .encryptionKey }
        if httpStatus == 501 || httpStatus == 405 { return .unsupported }
        guard let httpStatus, (400..<500).contains(httpStatus), !Self.passing.contains(code) else { return nil }
        switch httpStatus {
        case 401: return .credentials
        case 403: return .permission
        case 408, 409, 412, 423, 425: return nil
        default: return .request
        }
    }

    /// The region that the bucket is said to be in, empty where it is elsewhere and nobody says where; else nil.
    private var regionOfBucket: String? {
        let isElsewhere = Self.elsewhereCodes.contains(code.rawValue) || httpStatus == 301 || httpStatus == 307
        // An answer to HEAD has no body with a code, so the status and the field have to do.
        let isBare = httpStatus == 400 && code.rawValue == "HTTPStatus400"
        guard isElsewhere || isBare, service == AWSService.s3.name else { return nil }
        if let bucketRegion { return bucketRegion.rawValue }
        return isBare || code.rawValue == "AuthorizationHeaderMalformed" ? nil : ""
    }

    private static let elsewhereCodes: Set<String> = [
        "PermanentRedirect", "PermanentRedirectControlError", "TemporaryRedirect", "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
    ]

    /// Refused with a status of the client's faults, and yet a matter of the moment.
    private static let passing: Set<String> = [
        "BadDigest", "ConditionalRequestConflict", "IdempotentParameterMismatchException", "IncompleteBody",
        "InvalidPart", "InvalidPartOrder", "InvalidRange", "NoSuchKey", "NoSuchUpload", "NoSuchVersion", "NotFound",
        "PreconditionFailed", "ReplicatedWriteConflictException", "RequestTimeTooSkewed",
        "TransactionConflictException", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch",
    ]

    private static let refusals: [String: Refusal] = {
        var table: [String: Refusal] = [:]
        for (refusal, codes) in codes { for code in codes { table[code] = refusal } }
        return table
    }()

    private static let codes: [Refusal: [String]] = [
        .credentials: [
            "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
            "IncompleteSignatureException", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSecurity",
            "InvalidSignatureException", "InvalidToken", "MissingAuthenticationToken",
            "MissingAuthenticationTokenException", "MissingSecurityHeader", "NotSignedUp", "RequestExpired",
            "SignatureDoesNotMatch", "TokenRefreshRequired", "UnrecognizedClientException",
        ],
        .permission: [
            "AccessDenied", "AccessDeniedException", "AccessForbidden", "AccountProblem", "AllAccessDisabled",
            "AuthorizationError", "InvalidBucketOwnerAWSAccountID", "InvalidPayer", "OptInRequired",
            "RegionDisabledException", "UnauthorizedAccess", "UnauthorizedAccessError", "UnauthorizedOperation",
        ],
        .encryptionKey: ["DecryptionFailure", "EncryptionFailure", "InvalidEncryptionConfiguration"],
        .bucket: ["EndpointNotFound", "InvalidBucketName", "InvalidHostHeader", "NoSuchAccessPoint", "NoSuchBucket"],
        .resource: [
            "IndexNotFoundException", "ResourceNotFound", "ResourceNotFoundException", "StateMachineDoesNotExist",
            "TableNotFoundException",
        ],
        .unsupported: [
            "InvalidAction", "MethodNotAllowed", "NotImplemented", "UnknownOperationException", "UnsupportedArgument",
            "UnsupportedOperation",
        ],
        .objectName: [
            "InvalidObjectName", "InvalidURI", "KeyTooLongError", "XMinioInvalidObjectName",
            "XMinioInvalidResourceName",
        ],
        .objectSize: ["EntityTooLarge", "MetadataTooLarge"],
    ]
}
