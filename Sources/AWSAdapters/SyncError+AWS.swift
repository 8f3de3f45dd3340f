import AWSClient
package import SyncCore

extension SyncError {
    /// The error of an AWS call as the use cases know it. The service's own code is part of the message.
    package static func mapped(_ error: any Error) -> any Error {
        guard let error = error as? AWSError else { return error }
        let place = [error.service, error.operation].filter { !$0.isEmpty }.joined(separator: " ")
        if error.isThrottling {
            return SyncError(
                .throttled,
                "\(place) asks for fewer requests (\(error.code))",
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
        case .invalidRequest:
            return SyncError(
                .storeRefused,
                "\(place) cannot be asked for: \(error.message)",
                reason: error.code.rawValue,
                underlying: error
            )
        case .connectionFailed, .timedOut:
            return SyncError(
                .storeUnavailable,
                "\(place) has no answer (\(error.code)): \(error.message); check the network and the service's address, such as "
                    + "AWS_ENDPOINT_URL",
                reason: error.code.rawValue,
                underlying: error
            )
        default:
            break
        }
        if let refusal = error.refusal { return refused(refusal, error, place) }
        return SyncError(
            .storeUnavailable,
            "\(place) fails with \(error.code)",
            reason: error.code.rawValue,
            underlying: error
        )
    }

    private static func refused(_ refusal: Refusal, _ error: AWSError, _ place: String) -> SyncError {
        let code = error.code
        let (name, message): (Name, String) =
            switch refusal {
            case .credentials:
                (.invalidConfiguration, "\(place) refuses the AWS credentials (\(code)); check the keys")
            case .permission:
                (.invalidConfiguration, "\(place) is not allowed (\(code)); check what the role or the keys may do")
            case .encryptionKey:
                (
                    .invalidConfiguration,
                    "\(place) cannot use the KMS key (\(code)); enable the key, and allow the role or the keys to use it"
                )
            case .otherRegion(let region?):
                (
                    .invalidConfiguration,
                    "the bucket is in the region \(region) (\(code)); name that region, or a bucket in the region of the deployment"
                )
            case .otherRegion(nil):
                (.invalidConfiguration, "the bucket is in another region (\(code)); name its region")
            case .bucket:
                (.invalidConfiguration, "\(place) finds no such bucket (\(code)); check its name, such as S3_BUCKET")
            case .resource:
                (
                    .invalidConfiguration,
                    "\(place) finds no such table or secret (\(code)); check STATE_TABLE_NAME and OBSYNC_SECRET_NAME"
                )
            case .unsupported:
                (.invalidConfiguration, "the store does not support what \(place) asks for (\(code))")
            case .objectName:
                (.nameRefused, "the bucket does not take a name of this kind or length (\(code))")
            case .objectSize:
                (.tooLarge, "a file is larger than the bucket takes (\(code))")
            case .request:
                (.storeRefused, "\(place) is refused (\(code))")
            }
        return SyncError(name, message, reason: error.code.rawValue, underlying: error)
    }
}

/// Runs an AWS call and maps its error.
///
/// - Throws: what `body` throws, a failure of AWS as the `SyncError` that it means.
package func mappingErrors<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch {
        throw SyncError.mapped(error)
    }
}
