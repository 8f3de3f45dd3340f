package import AWSClient
import Checksums
import Crypto
import FoundationEssentials
package import SyncCore

/// The secret in Secrets Manager.
///
/// A staged value is the version that has the label `AWSPENDING`; it becomes current when `AWSCURRENT` is moved to it from
/// the version that it follows. A version's identifier is made of what it holds and of what it follows, so it tells both
/// apart from values that somebody else has put there. Versions without a label are removed by Secrets Manager itself.
package struct SecretsManagerStore: SecretStore {
    private static let pending = "AWSPENDING"
    private static let current = "AWSCURRENT"

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
        guard let (text, version) = try await value(Self.current) else {
            throw SyncError(
                .invalidConfiguration,
                "the secret that OBSYNC_SECRET_NAME names does not exist, or has no value yet; create it"
            )
        }
        guard let text else {
            throw SyncError(.invalidConfiguration, "the secret is binary; store it as a JSON text")
        }
        return StoredSecret(secret: try Secret(json: text.utf8), version: version)
    }

    package func staged(after version: String) async throws -> StoredSecret? {
        guard let (text, staged) = try await value(Self.pending), let text,
            staged == Self.token(text, after: version)
        else { return nil }
        return StoredSecret(secret: try Secret(json: text.utf8), version: staged)
    }

    package func stage(_ secret: Secret, after version: String) async throws -> StoredSecret {
        let text = String(decoding: try secret.json, as: UTF8.self)
        let token = Self.token(text, after: version)
        try await mappingErrors {
            _ = try await secretsManager.putSecretValue(
                .init(
                    clientRequestToken: token,
                    secretId: secretID,
                    secretString: text,
                    versionStages: [Self.pending]
                )
            )
        }
        return StoredSecret(secret: secret, version: token)
    }

    package func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool {
        do {
            _ = try await secretsManager.updateSecretVersionStage(
                .init(
                    moveToVersionId: staged.version,
                    removeFromVersionId: version,
                    secretId: secretID,
                    versionStage: Self.current
                )
            )
            return true
        } catch let error as AWSError where error.code == .invalidParameter {
            // The label is on another version.
            return false
        } catch {
            throw SyncError.mapped(error)
        }
    }

    /// The value that has a label, nil when none has it; its text is nil when it is binary.
    private func value(_ label: String) async throws -> (text: String?, version: String)? {
        do {
            let response = try await secretsManager.getSecretValue(.init(secretId: secretID, versionStage: label))
            return (response.secretString, response.versionId ?? "")
        } catch let error as AWSError where error.code == .resourceNotFound {
            return nil
        } catch let error as AWSError where error.code == .invalidSecretState {
            throw SyncError(
                .invalidConfiguration,
                "the secret that OBSYNC_SECRET_NAME names is being deleted; restore it, or name another one",
                reason: error.code.rawValue,
                underlying: error
            )
        } catch let error as AWSError where error.code == .decryptionFailure {
            throw SyncError(
                .invalidConfiguration,
                "the secret that OBSYNC_SECRET_NAME names cannot be deciphered; allow the function's role to use its KMS key",
                reason: error.code.rawValue,
                underlying: error
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }

    /// A request token of 64 characters: the same for the same content after the same version, and for nothing else.
    private static func token(_ text: String, after version: String) -> String {
        Hex.encoded(SHA256.hash(data: Array((version + text).utf8)))
    }
}
