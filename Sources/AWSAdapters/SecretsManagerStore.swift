package import AWSClient
import Crypto
import FoundationEssentials
import StreamingCrypto
package import SyncCore

/// The secret in Secrets Manager.
///
/// Writing is compare-and-swap: the new version is staged as pending, and then `AWSCURRENT` is moved to it from the
/// version that was read. Whoever comes second finds the label elsewhere and takes what the first has stored.
package struct SecretsManagerStore: SecretStore {
    private let secretsManager: SecretsManager
    private let secretID: String

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - secretsManager: the service.
    ///   - secretID: the secret's name or ARN.
    package init(secretsManager: SecretsManager, secretID: String) {
        self.secretsManager = secretsManager
        self.secretID = secretID
    }

    package func current() async throws -> StoredSecret {
        let response: SecretsManager.GetSecretValueResponse
        do {
            response = try await secretsManager.getSecretValue(.init(secretId: secretID, versionStage: "AWSCURRENT"))
        } catch let error as AWSError where error.code == .resourceNotFound {
            throw SyncError(
                .invalidConfiguration,
                "the secret that OBSYNC_SECRET_NAME names does not exist, or has no value yet; create it",
                underlying: error
            )
        } catch {
            throw SyncError.mapped(error)
        }
        guard let text = response.secretString, let version = response.versionId else {
            throw SyncError(.invalidConfiguration, "the secret is binary; store it as a JSON text")
        }
        return StoredSecret(secret: try Secret(json: Array(text.utf8)), version: version)
    }

    package func replace(_ secret: Secret, expecting version: String) async throws -> StoredSecret {
        let text = String(decoding: try secret.json, as: UTF8.self)
        // Made of version and content, so that a repeated write after a lost answer is the same write.
        let token = Hex.encoded(SHA256.hash(data: Array((version + text).utf8)))
        let pending = SecretsManager.PutSecretValueRequest(
            clientRequestToken: token,
            secretId: secretID,
            secretString: text,
            versionStages: ["AWSPENDING"]
        )
        _ = try await mappingErrors { try await secretsManager.putSecretValue(pending) }
        do {
            _ = try await secretsManager.updateSecretVersionStage(
                .init(
                    moveToVersionId: token,
                    removeFromVersionId: version,
                    secretId: secretID,
                    versionStage: "AWSCURRENT"
                )
            )
            return StoredSecret(secret: secret, version: token)
        } catch let error as AWSError where error.code == .invalidParameter {
            return try await current()
        } catch {
            throw SyncError.mapped(error)
        }
    }
}
