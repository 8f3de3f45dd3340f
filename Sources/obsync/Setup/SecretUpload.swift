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
    init(environment: [String: String], region: String, executor: any HTTPExecutor, logger: Logger) throws {
        var environment = environment
        environment["AWS_REGION"] = region
        secretsManager = SecretsManager(
            client: try AWSClient(environment: environment, executor: executor, logger: logger)
        )
    }

    /// Whether the secret was made, or one of the name got a new version.
    enum Outcome { case created, replaced }

    /// Stores the secret.
    ///
    /// - Throws: `InvalidConfiguration`, `StoreUnavailable`.
    func store(_ secret: Secret, name: String) async throws -> Outcome {
        let text = String(decoding: try secret.json, as: UTF8.self)
        let token = UUID().uuidString
        do {
            _ = try await secretsManager.createSecret(.init(clientRequestToken: token, name: name, secretString: text))
            return .created
        } catch let error as AWSError where error.code == .resourceExists {
            _ = try await mappingErrors {
                try await secretsManager.putSecretValue(
                    .init(clientRequestToken: token, secretId: name, secretString: text)
                )
            }
            return .replaced
        } catch {
            throw SyncError.mapped(error)
        }
    }
}
