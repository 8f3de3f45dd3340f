/// The authenticator's event: an execution's input as it came, or that input inside an envelope.
///
///     {"execution": "nightly-2026-11-21", "input": {"action": "sync"}}
///
/// Inside, `run`, `request`, `cursor` and `error` are those of a run that comes back or that continues another execution.
package struct AuthenticateInput: Decodable, Hashable, Sendable {
    /// The name of the execution.
    package var execution: String?
    /// The run that goes on; nil for a new one.
    package var run: RunID?
    /// What is asked for.
    package var request: SyncRequest
    /// Where the run goes on.
    package var cursor: String?
    /// How often the run has come back already.
    package var reauthentications: Int
    /// How often the execution was redriven.
    package var redrives: Int
    /// Whether the run comes back because its token was refused.
    package var isAfterRefusal: Bool

    package init(from decoder: any Decoder) throws {
        let event = try JSON(from: decoder)
        try SyncRequest.refuseSecrets(in: event)
        let input = event.members["input"] ?? event
        if case .string(let name)? = event.members["execution"] { execution = name }
        if case .string(let text)? = input.members["run"] {
            guard let run = RunID(text) else {
                throw SyncError(.invalidInput, "the field run has to be letters, digits, - and _")
            }
            self.run = run
        }
        if case .string(let text)? = input.members["cursor"] { cursor = text }
        reauthentications = Self.count(input.members["reauthentications"])
        redrives = Self.count(event.members["redrives"])
        isAfterRefusal = input.members["error"].map { $0 != .null } ?? false
        request = try SyncRequest(input: input.members["request"] ?? input)
    }

    private static func count(_ value: JSON?) -> Int {
        guard case .integer(let count)? = value else { return 0 }
        return Int(min(max(count, 0), 1000))
    }
}

/// The authenticator's answer. Fields that have no value are written as null, because the state machine reads them.
package struct AuthenticateOutput: Encodable, Hashable, Sendable {
    package var run: RunID
    package var provider: String
    /// How many vaults the account can read; nil when the provider was not asked.
    package var vaults: Int?
    /// When the token ends, ISO 8601, where that is known.
    package var expiresAt: String?
    /// The version of the secret that holds the token.
    package var secretVersion: String
    package var request: SyncRequest
    package var cursor: String?
    package var reauthentications: Int

    private enum CodingKeys: String, CodingKey {
        case run, provider, vaults, request, cursor, reauthentications
        case expiresAt = "expires_at"
        case secretVersion = "secret_version"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(run, forKey: .run)
        try container.encode(provider, forKey: .provider)
        try container.encode(vaults, forKey: .vaults)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(secretVersion, forKey: .secretVersion)
        try container.encode(request, forKey: .request)
        try container.encode(cursor, forKey: .cursor)
        try container.encode(reauthentications, forKey: .reauthentications)
    }
}
