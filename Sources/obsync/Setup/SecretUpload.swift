import AWSAdapters
import AWSClient
import Foundation
import HTTPTransport
import Logging
import SyncCore

/// Puts the secret where the functions read it.
struct SecretUpload {
    let secretsManager: SecretsManager

    /// Makes it with the credentials that the AWS tools would use.
    ///
    /// - Throws: `InvalidConfiguration`.
    init(
        environment: [String: String],
        profile: String? = nil,
        region: String,
        executor: any HTTPExecutor,
        logger: Logger
    ) throws {
        var choices = AWSClient.Choices.commandLine
        choices.profile = profile
        var environment = environment
        environment["AWS_REGION"] = region
        secretsManager = SecretsManager(
            client: try AWSClient(environment: environment, choices, executor: executor, logger: logger)
        )
    }

    /// Whether there is a secret of that name.
    ///
    /// - Throws: `InvalidConfiguration` where there are no AWS credentials, or they do not suffice; `StoreUnavailable`.
    func exists(_ name: String) async throws -> Bool {
        try await explaining {
            do {
                let found = try await secretsManager.describeSecret(.init(secretId: name))
                guard found.deletedDate == nil else {
                    throw SyncError(
                        .invalidConfiguration,
                        "the secret \(name) is being deleted; restore it (aws secretsmanager restore-secret), or name another"
                    )
                }
                return true
            } catch let error as AWSError where error.code == .resourceNotFound {
                return false
            }
        }
    }

    /// Stores the secret: makes it, or gives it a new version.
    ///
    /// - Throws: `InvalidConfiguration`, `StoreUnavailable`.
    func store(_ secret: Secret, name: String, replaces: Bool) async throws {
        let text = String(decoding: try secret.json, as: UTF8.self)
        let token = UUID().uuidString
        try await explaining {
            if replaces {
                _ = try await secretsManager.putSecretValue(
                    .init(clientRequestToken: token, secretId: name, secretString: text)
                )
            } else {
                _ = try await secretsManager.createSecret(
                    .init(clientRequestToken: token, name: name, secretString: text)
                )
            }
        }
    }

    /// Errors as they look to somebody who deploys, not to a function.
    private func explaining<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as AWSError where [.noCredentials, .credentialsUnavailable].contains(error.code) {
            throw SyncError(
                .invalidConfiguration,
                """
                there are no AWS credentials that work (\(error.message)); log in with the AWS CLI, then hand its \
                credentials over: eval "$(aws configure export-credentials --format env)"
                """,
                underlying: error
            )
        } catch let error as AWSError
            where error.code == .accessDenied || error.code.rawValue == "AccessDeniedException"
        {
            throw SyncError(
                .invalidConfiguration,
                "these AWS credentials may not call secretsmanager:\(error.operation); use some that may deploy",
                underlying: error
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }
}
