/// The name of an error, as a service sends it or as this client makes it.
package struct AWSErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    private init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    // MARK: Made by this client

    /// The request cannot be sent as it is: a value is not allowed.
    package static let invalidRequest = AWSErrorCode("ClientInvalidRequest")
    /// The client's settings are wrong: region, endpoint, profile.
    package static let invalidConfiguration = AWSErrorCode("ClientInvalidConfiguration")
    /// No source of credentials gave any.
    package static let noCredentials = AWSErrorCode("ClientNoCredentials")
    /// A source of credentials is configured and failed.
    package static let credentialsUnavailable = AWSErrorCode("ClientCredentialsUnavailable")
    /// No connection, or it broke.
    package static let connectionFailed = AWSErrorCode("ClientConnectionFailed")
    /// No answer in time.
    package static let timedOut = AWSErrorCode("ClientTimedOut")
    /// The deadline of the caller has passed, nothing was sent.
    package static let deadlineExceeded = AWSErrorCode("ClientDeadlineExceeded")
    /// The answer is larger than the operation allows, or cannot be read.
    package static let malformedResponse = AWSErrorCode("ClientMalformedResponse")
    /// The service left keys unprocessed until patience ran out.
    package static let unprocessedKeys = AWSErrorCode("ClientUnprocessedKeys")

    // MARK: S3

    /// The object does not exist.
    package static let noSuchKey = AWSErrorCode("NoSuchKey")
    /// The same, where the answer has no body (HEAD). Of SNS: the topic does not exist.
    package static let notFound = AWSErrorCode("NotFound")
    /// The bucket does not exist.
    package static let noSuchBucket = AWSErrorCode("NoSuchBucket")
    /// The multipart upload does not exist: aborted, completed or never begun.
    package static let noSuchUpload = AWSErrorCode("NoSuchUpload")
    /// `If-Match` or `If-None-Match` did not hold.
    package static let preconditionFailed = AWSErrorCode("PreconditionFailed")
    /// The bytes that arrived are not those of the checksum.
    package static let badDigest = AWSErrorCode("BadDigest")
    /// The range lies outside the object.
    package static let invalidRange = AWSErrorCode("InvalidRange")
    /// The keys have no permission.
    package static let accessDenied = AWSErrorCode("AccessDenied")

    // MARK: DynamoDB

    /// The condition of a write did not hold.
    package static let conditionalCheckFailed = AWSErrorCode("ConditionalCheckFailedException")
    /// The table, secret or version does not exist.
    package static let resourceNotFound = AWSErrorCode("ResourceNotFoundException")

    // MARK: Secrets Manager

    /// The secret, or a version under this token, exists already with other content.
    package static let resourceExists = AWSErrorCode("ResourceExistsException")
    /// A parameter does not fit the state of the secret, such as a stage that moved on meanwhile.
    package static let invalidParameter = AWSErrorCode("InvalidParameterException")
    /// The state of the secret forbids the operation: as a rule it is being deleted.
    package static let invalidSecretState = AWSErrorCode("InvalidRequestException")
    /// The key that the secret is encrypted with cannot be used.
    package static let decryptionFailure = AWSErrorCode("DecryptionFailure")

    // MARK: Step Functions

    /// There was an execution of this name already.
    package static let executionAlreadyExists = AWSErrorCode("ExecutionAlreadyExists")
    /// There is no execution of this ARN.
    package static let executionDoesNotExist = AWSErrorCode("ExecutionDoesNotExist")
    /// The execution runs, succeeded, ended too long ago or has too long a history.
    package static let executionNotRedrivable = AWSErrorCode("ExecutionNotRedrivable")
    /// There is no state machine of this ARN.
    package static let stateMachineDoesNotExist = AWSErrorCode("StateMachineDoesNotExist")
    /// The input is not JSON.
    package static let invalidExecutionInput = AWSErrorCode("InvalidExecutionInput")

    // MARK: CloudFormation

    /// A parameter is wrong; also what names a stack that does not exist.
    package static let validationError = AWSErrorCode("ValidationError")
}
