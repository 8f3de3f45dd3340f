import AWSClient
package import SyncCore

extension SyncError {
    /// The error of an AWS call as the use cases know it.
    package static func mapped(_ error: any Error) -> any Error {
        guard let error = error as? AWSError else { return error }
        let place = [error.service, error.operation].filter { !$0.isEmpty }.joined(separator: " ")
        if error.isThrottling {
            return SyncError(
                .throttled,
                "\(place) asks for fewer requests",
                reason: error.code.rawValue,
                underlying: error,
                retryAfter: error.retryAfter
            )
        }
        switch error.code {
        case .noCredentials, .credentialsUnavailable:
            return SyncError(
                .invalidConfiguration,
                "there are no AWS credentials that work: \(error.message)",
                reason: error.code.rawValue,
                underlying: error
            )
        case .invalidConfiguration:
            return SyncError(.invalidConfiguration, error.message, reason: error.code.rawValue, underlying: error)
        case .noSuchBucket:
            return SyncError(
                .invalidConfiguration,
                "the bucket does not exist; check S3_BUCKET",
                reason: error.code.rawValue,
                underlying: error
            )
        case .accessDenied, AWSErrorCode(rawValue: "AccessDeniedException"):
            return SyncError(
                .invalidConfiguration,
                "\(place) is not allowed; check the function's role",
                reason: error.code.rawValue,
                underlying: error
            )
        case AWSErrorCode(rawValue: "EntityTooLarge"):
            return SyncError(
                .tooLarge,
                "a file is larger than the bucket takes",
                reason: error.code.rawValue,
                underlying: error
            )
        case AWSErrorCode(rawValue: "KeyTooLongError"):
            return SyncError(
                .nameRefused,
                "a name is longer than the bucket takes",
                reason: error.code.rawValue,
                underlying: error
            )
        case .resourceNotFound:
            return SyncError(
                .invalidConfiguration,
                "\(place) finds no such table or secret; check STATE_TABLE_NAME and OBSYNC_SECRET_NAME",
                reason: error.code.rawValue,
                underlying: error
            )
        default:
            return SyncError(
                .storeUnavailable,
                "\(place) fails with \(error.code)",
                reason: error.code.rawValue,
                underlying: error
            )
        }
    }
}

/// Runs an AWS call and maps its error.
package func mappingErrors<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch {
        throw SyncError.mapped(error)
    }
}
