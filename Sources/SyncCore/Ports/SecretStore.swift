import FoundationEssentials

/// Where the account's credentials are kept: Secrets Manager, or a file that only its owner can read.
package protocol SecretStore: Sendable {
    /// The current secret.
    ///
    /// - Throws: `InvalidConfiguration` in one sentence without a value when there is none or it cannot be read.
    func current() async throws -> StoredSecret

    /// Makes `secret` the current one, on condition that `version` still is.
    ///
    /// - Returns: what is current afterwards: the new secret, or the one that somebody else stored meanwhile.
    func replace(_ secret: Secret, expecting version: String) async throws -> StoredSecret
}

/// A secret and the version of the store that holds it.
package struct StoredSecret: Sendable {
    /// The secret.
    package var secret: Secret
    /// The store's name for this version; no secret itself.
    package var version: String

    /// Makes a stored secret.
    package init(secret: Secret, version: String) {
        self.secret = secret
        self.version = version
    }
}

/// The secret as a JSON object. Fields that Obsync does not know are kept as they are.
///
///     {"provider": "obsidian", "auth": {"email": "…", "password": "…", "totp_secret": "…"},
///      "vaults": {"<vault id>": {"password": "…"}}, "token": {"value": "…", "obtained_at": "…"}}
///
/// It describes itself without its values.
package struct Secret: Sendable, CustomStringConvertible {
    private var fields: [String: JSON]

    /// Makes a secret of fields; tests and the local environment do.
    package init(_ fields: [String: JSON]) {
        self.fields = fields
    }

    /// Reads a secret.
    ///
    /// - Throws: `InvalidConfiguration` when the bytes are no JSON object.
    package init(json: some Collection<UInt8>) throws(SyncError) {
        do {
            fields = try JSONDecoder().decode([String: JSON].self, from: Data(json))
        } catch {
            throw SyncError(.invalidConfiguration, "the secret is not a JSON object; write it anew")
        }
    }

    /// The secret as JSON with sorted keys.
    package var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(fields))
        }
    }

    /// The text at a path of field names, or nil when there is nothing there or it is empty.
    ///
    /// - Throws: `InvalidConfiguration` naming the field when something else than text is there.
    package func text(_ path: String...) throws(SyncError) -> String? {
        switch JSON.object(fields)[path[...]] {
        case nil, .null?: return nil
        case .string(let text)?: return text.isEmpty ? nil : text
        default:
            throw SyncError(
                .invalidConfiguration,
                "the secret's field \(path.joined(separator: ".")) is not text; write it as a JSON string"
            )
        }
    }

    /// The same as ``text(_:)`` for a field that cannot be missing.
    package func requiredText(_ path: String...) throws(SyncError) -> String {
        let found: String? =
            switch JSON.object(fields)[path[...]] {
            case .string(let text)?: text
            default: nil
            }
        guard let found, !found.isEmpty else {
            throw SyncError(
                .invalidConfiguration,
                "the secret's field \(path.joined(separator: ".")) is missing or not text; add it"
            )
        }
        return found
    }

    /// The same secret with another value at a path of field names.
    package func setting(_ value: JSON, at path: String...) -> Secret {
        Secret(JSON.object(fields).setting(value, at: path[...]).members)
    }

    /// The same secret with a field as `other` has it, or without it.
    package func taking(_ field: String, from other: Secret) -> Secret {
        var fields = fields
        fields[field] = other.fields[field]
        return Secret(fields)
    }

    package var description: String { "Secret(fields: \(fields.keys.sorted()))" }
}
