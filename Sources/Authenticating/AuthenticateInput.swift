package import SyncCore

/// The authenticator's event: an execution's input as it came, or that input inside an envelope.
///
///     {"execution": "nightly-2026-11-21", "input": {"action": "sync"}}
///
/// Inside, `run`, `request` and `cursor` are those of a run that comes back or that continues another execution. With
/// `error`, as a state machine notes what it has caught, or `"force": true`, another token is asked for than that of the
/// secret's version `secret_version`:
///
///     {"execution": "…", "input": {"run": "…", "request": {…}, "cursor": "…", "reauthentications": 0,
///      "secret_version": "…", "error": {"Error": "TokenExpired", "Cause": "…"}}}
package struct AuthenticateInput: Decodable, Hashable, Sendable {
    /// A token that does not do any more.
    package struct Refusal: Hashable, Sendable {
        /// The version of the secret that holds it; nil where nobody said so.
        package var secretVersion: String?
    }

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
    /// The token that was refused on the way; nil when none was.
    package var refusal: Refusal?

    package init(from decoder: any Decoder) throws {
        let event = try JSON(from: decoder)
        try SecretFields.refuse(in: event)
        let envelope = EventFields(fields: event.members)
        let input = event.members["input"] ?? event
        let fields = EventFields(fields: input.members)
        execution = try envelope.text("execution")
        redrives = try envelope.integer("redrives", in: 0...1000) ?? 0
        if let text = try fields.text("run") {
            guard let run = RunID(text) else {
                throw SyncError(.invalidInput, "the field run has to be up to 76 letters, digits, - and _")
            }
            self.run = run
        }
        cursor = try fields.text("cursor", upTo: 16_384)
        reauthentications = try fields.integer("reauthentications", in: 0...1000) ?? 0
        let version = try fields.text("secret_version", upTo: 200)
        let hasFailed = input.members["error"].map { $0 != .null } ?? false
        if try fields.bool("force") ?? hasFailed { refusal = Refusal(secretVersion: version) }
        request = try SyncRequest(input: input.members["request"] ?? input)
    }
}

/// The authenticator's answer. Fields that have no value are written as null, because the state machine reads them.
package struct AuthenticateOutput: Encodable, Hashable, Sendable {
    /// The execution's run.
    package var run: RunID
    /// Who the account is with, such as `obsidian`.
    package var provider: String
    /// How many vaults the account can read; nil when the provider was not asked.
    package var vaults: Int?
    /// When the token ends, ISO 8601, where that is known.
    package var expiresAt: String?
    /// The version of the secret that holds the token.
    package var secretVersion: String
    /// The request, checked and completed.
    package var request: SyncRequest
    /// Where a continued run goes on.
    package var cursor: String?
    /// How often the provider has refused a fresh token in this run.
    package var reauthentications: Int

    init(
        run: RunID,
        provider: String,
        secretVersion: String,
        request: SyncRequest,
        cursor: String?,
        reauthentications: Int
    ) {
        self.run = run
        self.provider = provider
        self.secretVersion = secretVersion
        self.request = request
        self.cursor = cursor
        self.reauthentications = reauthentications
    }

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
