package import AWSSigning
package import Logging

package import struct FoundationEssentials.Date

/// A credential, and until when it is good.
package struct ExpiringCredential: Sendable, Equatable {
    /// The keys.
    package let credential: Credential
    /// When they stop working; nil for keys that do not.
    package let expiration: Date?

    /// Makes an expiring credential.
    package init(_ credential: Credential, expiration: Date? = nil) {
        self.credential = credential
        self.expiration = expiration
    }
}

/// A source of credentials.
package protocol CredentialProvider: Sendable {
    /// What this source is called in errors, such as `environment`.
    var name: String { get }

    /// Gives the current credential.
    ///
    /// - Returns: nil when this source is not configured here, so that the next one may be asked.
    /// - Throws: ``AWSError`` with ``AWSErrorCode/credentialsUnavailable`` when it is configured and fails,
    ///   or with the code of a connection that failed. Such errors are retried where that may help.
    func credential(logger: Logger) async throws -> ExpiringCredential?

    /// Gives another credential than one that a service has refused.
    ///
    /// - Parameters:
    ///   - refused: the keys that were refused.
    ///   - logger: for what concerns no caller in particular.
    /// - Returns: nil when there is no other.
    /// - Throws: as ``credential(logger:)`` does.
    func credential(insteadOf refused: Credential, logger: Logger) async throws -> ExpiringCredential?
}

extension CredentialProvider {
    package func credential(insteadOf refused: Credential, logger: Logger) async throws -> ExpiringCredential? {
        guard let found = try await credential(logger: logger), found.credential != refused else { return nil }
        return found
    }
}

/// Fixed keys.
package struct StaticCredentialProvider: CredentialProvider {
    private let value: Credential

    /// Makes a source that always gives these keys.
    package init(_ credential: Credential) {
        value = credential
    }

    package var name: String { "static" }

    package func credential(logger: Logger) -> ExpiringCredential? {
        ExpiringCredential(value)
    }
}
