/// What a run is asked to do, in one form, whatever form it came in.
///
/// It is written in a form that it can be read from again:
///
///     {"action": "sync", "vault_ids": ["…"], "sync_type": "incremental", "dest_bucket": "…", "dest_prefix": "…",
///      "options": {"max_concurrent": 5, "timeout_minutes": 10}}
package struct SyncRequest: Codable, Hashable, Sendable {
    /// What is asked for.
    package enum Action: String, Codable, Sendable {
        /// Mirror the vaults.
        case sync
        /// Tell how far their mirrors are.
        case status
    }

    /// How much is listed.
    package enum SyncType: String, Codable, Sendable {
        /// What changed since the committed cursor.
        case incremental
        /// Everything, from the beginning.
        case complete
    }

    /// What is asked for.
    package var action: Action = .sync
    /// The vaults; empty means every vault of the account.
    package var vaultIDs: [VaultID] = []
    /// How much is listed.
    package var syncType: SyncType = .incremental
    /// A bucket other than the deployment's own.
    package var destinationBucket: String?
    /// A prefix other than the deployment's own.
    package var destinationPrefix: String?
    /// Limits.
    package var options = Options()

    /// Limits of a run.
    package struct Options: Codable, Hashable, Sendable {
        /// How many batches are worked off at once, 1 to 40.
        package var maxConcurrent: Int?
        /// How long one downloader may work before it hands over, 1 to 15 minutes.
        package var timeoutMinutes: Int?
        /// Whether deletions pass however many they are.
        package var allowDeletions = false

        private enum CodingKeys: String, CodingKey {
            case maxConcurrent = "max_concurrent"
            case timeoutMinutes = "timeout_minutes"
            case allowDeletions = "allow_deletions"
        }

        /// Makes options that leave everything to the deployment.
        package init() {}
    }

    private enum CodingKeys: String, CodingKey {
        case action, options
        case vaultIDs = "vault_ids"
        case syncType = "sync_type"
        case destinationBucket = "dest_bucket"
        case destinationPrefix = "dest_prefix"
    }

    /// Makes a request for an incremental run over all vaults.
    package init() {}

    package init(from decoder: any Decoder) throws {
        self = try SyncRequest(input: try JSON(from: decoder))
    }
}

extension SyncRequest {
    /// Reads any of the forms in which an execution can be started:
    ///
    ///     {"action": "sync", "vault_id": "…", "sync_type": "complete", "options": {…}}
    ///     {"type": "sync_vault", "vault_id": "…", "options": {"full_sync": true}}
    ///     {"type": "sync_multiple", "vaults": [{"vault_id": "…"}], "options": {…}}
    ///     {"type": "status", "vault_ids": ["…"]}
    ///
    /// Unknown fields are ignored, so the event of a schedule and `{}` mean an incremental run over all vaults.
    ///
    /// - Throws: `InvalidInput` naming the field. Passwords are refused: the input of an execution is stored.
    package init(input: JSON) throws(SyncError) {
        guard case .object(let fields) = input else {
            throw SyncError(.invalidInput, "the input is not a JSON object")
        }
        try Self.refuseSecrets(in: input)
        let reader = FieldReader(fields: fields, prefix: "")
        let options = FieldReader(fields: try reader.object("options"), prefix: "options.")
        let kind = try reader.text("type", among: ["sync_vault", "sync_multiple", "status"])
        if kind == "status" { action = .status }
        if let name = try reader.text("action", among: ["sync", "status"]) { action = Action(rawValue: name) ?? .sync }
        if let name = try reader.text("sync_type", among: ["incremental", "complete"]) {
            syncType = SyncType(rawValue: name) ?? .incremental
        }
        if try options.bool("full_sync") == true { syncType = .complete }
        vaultIDs = try reader.vaultIDs(
            required: kind == "sync_vault" ? "vault_id" : kind == "sync_multiple" ? "vaults" : nil
        )
        if action == .status, vaultIDs.isEmpty {
            throw SyncError(.invalidInput, "the field vault_ids is missing; name the vaults whose status is asked for")
        }
        destinationBucket = try reader.text("dest_bucket")
        destinationPrefix = try reader.text("dest_prefix")
        self.options.maxConcurrent = try options.integer("max_concurrent", in: 1...40)
        self.options.allowDeletions = try options.bool("allow_deletions") ?? false
        self.options.timeoutMinutes = try options.integer("timeout_minutes", in: 1...15)
    }

    private static let secretNames: Set<String> = [
        "vault_password", "password", "totp_secret", "token", "access_token", "refresh_token", "client_secret",
    ]

    /// Refuses what must not be stored in an execution's history.
    static func refuseSecrets(in value: JSON) throws(SyncError) {
        switch value {
        case .object(let members):
            for (name, member) in members {
                guard !secretNames.contains(name) else {
                    throw SyncError(
                        .invalidInput,
                        "the field \(name) is refused, because the input of an execution is stored and readable; "
                            + "put it into the secret (a vault's password under vaults.<vault id>.password)"
                    )
                }
                try refuseSecrets(in: member)
            }
        case .array(let elements):
            for element in elements { try refuseSecrets(in: element) }
        default:
            break
        }
    }
}

/// Reads the fields of one object, naming the field in every error.
private struct FieldReader {
    let fields: [String: JSON]
    let prefix: String

    func object(_ name: String) throws(SyncError) -> [String: JSON] {
        switch fields[name] {
        case nil, .null?: return [:]
        case .object(let members)?: return members
        default: throw wrong(name, "an object")
        }
    }

    func text(_ name: String) throws(SyncError) -> String? {
        switch fields[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        default: throw wrong(name, "text")
        }
    }

    func text(_ name: String, among allowed: [String]) throws(SyncError) -> String? {
        guard let text = try text(name) else { return nil }
        guard allowed.contains(text) else { throw wrong(name, "one of \(allowed.joined(separator: ", "))") }
        return text
    }

    func bool(_ name: String) throws(SyncError) -> Bool? {
        switch fields[name] {
        case nil, .null?: return nil
        case .bool(let value)?: return value
        default: throw wrong(name, "true or false")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(SyncError) -> Int? {
        switch fields[name] {
        case nil, .null?:
            return nil
        case .integer(let value)?:
            guard let small = Int(exactly: value), range.contains(small) else { fallthrough }
            return small
        default:
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// The vaults from `vault_id`, `vault_ids` and `vaults`, without repeats.
    func vaultIDs(required: String?) throws(SyncError) -> [VaultID] {
        var found: [VaultID] = []
        if let value = fields["vault_id"], value != .null { found.append(try vaultID(value, "vault_id")) }
        for element in try array("vault_ids") { found.append(try vaultID(element, "vault_ids")) }
        for element in try array("vaults") {
            guard let id = element.members["vault_id"] else { throw wrong("vaults", "a list of {\"vault_id\": …}") }
            found.append(try vaultID(id, "vaults.vault_id"))
        }
        if let required, found.isEmpty {
            throw SyncError(.invalidInput, "the field \(prefix)\(required) is missing or empty")
        }
        var seen: Set<VaultID> = []
        return found.filter { seen.insert($0).inserted }
    }

    private func array(_ name: String) throws(SyncError) -> [JSON] {
        switch fields[name] {
        case nil, .null?: return []
        case .array(let elements)?: return elements
        default: throw wrong(name, "a list")
        }
    }

    private func vaultID(_ value: JSON, _ name: String) throws(SyncError) -> VaultID {
        guard case .string(let text) = value, let id = VaultID(text) else {
            throw wrong(name, "a vault id: letters, digits, - and _")
        }
        return id
    }

    private func wrong(_ name: String, _ expected: String) -> SyncError {
        SyncError(.invalidInput, "the field \(prefix)\(name) has to be \(expected)")
    }
}
