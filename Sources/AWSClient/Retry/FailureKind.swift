/// What a failure means for trying again.
package enum FailureKind: Sendable, Equatable {
    /// Too many requests: wait longer.
    case throttling
    /// The service or the way to it failed for the moment.
    case transient
    /// Our clock is off; the request has to be signed again by the service's.
    case clockSkew
    /// The same request fails again.
    case permanent
}

extension AWSError {
    /// How this error is to be taken.
    ///
    /// Source: "Retry behavior" in the AWS SDKs and Tools reference guide.
    package var failureKind: FailureKind {
        if Self.throttlingCodes.contains(code.rawValue) { return .throttling }
        if clockOffset != nil && Self.clockCodes.contains(code.rawValue) { return .clockSkew }
        if Self.transientCodes.contains(code.rawValue) { return .transient }
        // Names of a new bucket take a while to spread.
        if code.rawValue == "TemporaryRedirect", bucketRegion == nil { return .transient }
        switch httpStatus {
        case 429: return .throttling
        case 500, 502, 503, 504: return .transient
        default: return .permanent
        }
    }

    private static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "LimitExceededException", "SlowDown", "PriorRequestNotComplete",
        "TransactionInProgressException", "EC2ThrottledException", "ClientUnprocessedKeys", "Throttled",
        "KMS.ThrottlingException", "KMSThrottling", "KMSThrottlingException", "KmsThrottlingException",
        "KMS.LimitExceededException", "TooManyRequests", "RequestThrottledByAccount", "SlowDownRead", "SlowDownWrite",
    ]

    private static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalServerError", "InternalFailure",
        "InternalServiceError", "ServiceUnavailable", "ServiceUnavailableException", "OperationAborted",
        "ConcurrentAccess", "DependencyTimeoutException", "KeyUnavailableException", "KMSInternalException",
        "KMS.DependencyTimeoutException", "KMS.InternalException", "KMS.KeyUnavailableException",
        "KMS.KMSInternalException", "ConditionalRequestConflict",
        "ClientConnectionFailed", "ClientTimedOut",
    ]

    /// Names under which services refuse a signature whose date is off. Most have other causes too, so they count
    /// only when the clocks are known to differ.
    private static let clockCodes: Set<String> = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    ]
}
