/// A request to AWS that did not succeed: an answer that is an error, or none at all.
package struct AWSError: Error, Sendable, CustomStringConvertible {
    /// The short name of the service, such as `s3`; empty where no service was asked yet.
    package var service: String
    /// The operation, such as `GetObject`.
    package var operation: String
    /// What went wrong, as the service spells it.
    package let code: AWSErrorCode
    /// The status of the answer; nil where there was none.
    package let httpStatus: Int?
    /// The identity of the request on the service's side.
    package let requestID: String?
    /// The second identity that S3 gives (`x-amz-id-2`).
    package let extendedRequestID: String?
    /// What the service says. It may name resources and keys: for debugging only.
    package let message: String
    /// How long the service asks to be left alone.
    package let retryAfter: Duration?
    /// By how much the service's clock is ahead of ours, where it is too much for a signature to be accepted.
    package let clockOffset: Duration?
    /// The region that S3 says the bucket is in, where it says so.
    package let bucketRegion: Region?

    /// Makes an error.
    package init(
        _ code: AWSErrorCode,
        message: String,
        service: String = "",
        operation: String = "",
        answer: Answer = Answer()
    ) {
        self.code = code
        self.message = message
        self.service = service
        self.operation = operation
        httpStatus = answer.httpStatus
        requestID = answer.requestID
        extendedRequestID = answer.extendedRequestID
        retryAfter = answer.retryAfter
        clockOffset = answer.clockOffset
        bucketRegion = answer.bucketRegion
    }

    /// What the head of an answer tells besides its code.
    package struct Answer: Sendable {
        /// The status.
        package var httpStatus: Int?
        /// The identity of the request on the service's side.
        package var requestID: String?
        /// The second identity that S3 gives.
        package var extendedRequestID: String?
        /// How long the service asks to be left alone.
        package var retryAfter: Duration?
        /// By how much the service's clock is ahead, where it is too much.
        package var clockOffset: Duration?
        /// The region that S3 says the bucket is in.
        package var bucketRegion: Region?

        /// Makes a description of an answer; all empty when there was none.
        package init(
            httpStatus: Int? = nil,
            requestID: String? = nil,
            extendedRequestID: String? = nil,
            retryAfter: Duration? = nil,
            clockOffset: Duration? = nil,
            bucketRegion: Region? = nil
        ) {
            self.httpStatus = httpStatus
            self.requestID = requestID
            self.extendedRequestID = extendedRequestID
            self.retryAfter = retryAfter
            self.clockOffset = clockOffset
            self.bucketRegion = bucketRegion
        }
    }

    /// Whether the service asks to slow down.
    package var isThrottling: Bool { failureKind == .throttling }

    /// Whether the same request may succeed later.
    package var isRetryable: Bool { failureKind != .permanent }

    package var description: String {
        var text = service.isEmpty ? "AWS" : service
        if !operation.isEmpty { text += " " + operation }
        text += ": " + code.rawValue
        if let httpStatus { text += " (\(httpStatus))" }
        if let requestID { text += ", request " + requestID }
        return text
    }
}
