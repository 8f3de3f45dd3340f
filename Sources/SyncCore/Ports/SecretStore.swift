import FoundationEssentials

/// Where the account's credentials are kept: Secrets Manager, or a file that only its owner can read.
///
/// A new value comes in two steps, because a refresh token may die with its first use: it is staged, where it is safe
/// and nobody uses it yet, and made current once it has proved good. A value that was staged by somebody who did not
/// come to the second step is found again by the version that it follows.
package protocol SecretStore: Sendable {
    /// The current secret.
    ///
    /// - Throws: `InvalidConfiguration` in one sentence without a value when there is none or it cannot be read.
    func current() async throws -> StoredSecret

    /// What was staged last, provided that it follows `version`.
    ///
    /// - Returns: nil when nothing is staged, or what is staged follows another version.
    func staged(after version: String) async throws -> StoredSecret?

    /// Stages `secret`, in the place of what was staged before. The current secret stays what it is.
    ///
    /// The same secret after the same version is the same staged version, so a call whose answer was lost is repeated.
    func stage(_ secret: Secret, after version: String) async throws -> StoredSecret

    /// Makes a staged version the current one, on condition that `version` still is.
    ///
    /// - Returns: false when `version` is current no more, be it because of an earlier call of this kind, or when something
    ///   else has been staged in its place; nothing is changed then.
    func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool
}

/// A secret and the version of the store that holds it.
package struct StoredSecret: Equatable, Sendable {
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
package struct Secret: Equatable, Sendable, CustomStringConvertible {
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
        try text(at: path)
    }

    /// The same as ``text(_:)`` for a field that cannot be missing.
    ///
    /// - Throws: `InvalidConfiguration` naming the field when it is missing or no text.
    package func requiredText(_ path: String...) throws(SyncError) -> String {
        try requiredText(at: path)
    }

    /// The same as ``requiredText(_:)`` for a path that is a value.
    ///
    /// - Throws: `InvalidConfiguration` naming the field.
    package func requiredText(at path: [String]) throws(SyncError) -> String {
        guard let found = try text(at: path) else {
            throw SyncError(
                .invalidConfiguration,
                "the secret's field \(path.joined(separator: ".")) is missing or empty; add it"
            )
        }
        return found
    }

    /// The same as ``text(_:)`` for a path that is a value.
    ///
    /// - Throws: `InvalidConfiguration` naming the field.
    package func text(at path: [String]) throws(SyncError) -> String? {
        var value = JSON.object(fields)
        for (depth, name) in path.enumerated() {
            guard case .object(let members) = value else {
                throw Self.wrong(path.prefix(depth), "an object; write it as {\"\(name)\": …}")
            }
            value = members[name] ?? .null
            if value == .null { return nil }
        }
        guard case .string(let text) = value else { throw Self.wrong(path[...], "text; write it as a JSON string") }
        return text.isEmpty ? nil : text
    }

    private static func wrong(_ path: ArraySlice<String>, _ expected: String) -> SyncError {
        SyncError(.invalidConfiguration, "the secret's field \(path.joined(separator: ".")) is not \(expected)")
    }

    /// The same secret with another value at a path of field names.
    package func setting(_ value: JSON, at path: String...) -> Secret {
        setting(value, at: path)
    }

    /// The same as ``setting(_:at:)`` for a path that is a value.
    package func setting(_ value: JSON, at path: [String]) -> Secret {
        Secret(JSON.object(fields).setting(value, at: path[...]).members)
    }

    /// The same secret with a field as `other` has it, or without it.
    package func taking(_ field: String, from other: Secret) -> Secret {
        var fields = fields
        fields[field] = other.fields[field]
        return Secret(fields)
    }

    /// The same secret with what changed from `base` to `changed`, field by field.
    ///
    /// - Returns: nil when one of these fields is no longer what it was in `base`: then whoever changed it goes first.
    package func taking(changesFrom base: Secret, to changed: Secret) -> Secret? {
        var result = fields
        for name in Set(base.fields.keys).union(changed.fields.keys) where base.fields[name] != changed.fields[name] {
            guard fields[name] == base.fields[name] else { return nil }
            result[name] = changed.fields[name]
        }
        return Secret(result)
    }

    package var description: String { "Secret(fields: \(fields.keys.sorted()))" }
}
