/// What a run is asked to do, in one form, whatever form it came in.
///
/// It is written in a form that it can be read from again:
///
///     {"action": "sync", "vault_ids": ["…"], "sync_type": "incremental", "dest_bucket": "…", "dest_prefix": "…",
///      "options": {"max_concurrent": 5, "timeout_minutes": 10}}
package struct SyncRequest: Codable, Hashable, Sendable {
    /// What is asked for.
    package enum Action: String, CaseIterable, Codable, Sendable {
        /// Mirror the vaults.
        case sync
        /// Tell how far their mirrors are.
        case status
    }

    /// How much is listed.
    package enum SyncType: String, CaseIterable, Codable, Sendable {
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
    /// Patterns of single vaults, which come behind those of the deployment and of the options.
    package var filters: [VaultID: PathFilter] = [:]
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
        /// The set of deletions that somebody has looked at and lets pass, by its id; see ``HeldDeletions``.
        package var approvedDeletions: String?
        /// Whether what is mirrored already and left out by a pattern is deleted.
        package var deleteExcluded = false
        /// Whether a vault that was mirrored with the user's own password may go on with one that the service states.
        package var acceptManaged = false
        /// Whether the destination of one account may be gone on with by another.
        package var switchAccount = false
        /// Patterns for all vaults, behind those of the deployment.
        package var filter = PathFilter()

        private enum CodingKeys: String, CodingKey {
            case maxConcurrent = "max_concurrent"
            case timeoutMinutes = "timeout_minutes"
            case allowDeletions = "allow_deletions"
            case deleteExcluded = "delete_excluded"
            case acceptManaged = "accept_managed"
            case switchAccount = "switch_account"
            case exclude, include
        }

        /// Makes options that leave everything to the deployment.
        package init() {}

        package init(from decoder: any Decoder) throws {
            self = try SyncRequest(input: .object(["options": try JSON(from: decoder)])).options
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(maxConcurrent, forKey: .maxConcurrent)
            try container.encodeIfPresent(timeoutMinutes, forKey: .timeoutMinutes)
            if let approvedDeletions {
                try container.encode(approvedDeletions, forKey: .allowDeletions)
            } else {
                try container.encode(allowDeletions, forKey: .allowDeletions)
            }
            if deleteExcluded { try container.encode(true, forKey: .deleteExcluded) }
            if acceptManaged { try container.encode(true, forKey: .acceptManaged) }
            if switchAccount { try container.encode(true, forKey: .switchAccount) }
            if !filter.exclude.isEmpty { try container.encode(filter.exclude, forKey: .exclude) }
            if !filter.include.isEmpty { try container.encode(filter.include, forKey: .include) }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case action, options, vaults
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

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(action, forKey: .action)
        try container.encode(vaultIDs, forKey: .vaultIDs)
        try container.encode(syncType, forKey: .syncType)
        try container.encodeIfPresent(destinationBucket, forKey: .destinationBucket)
        try container.encodeIfPresent(destinationPrefix, forKey: .destinationPrefix)
        try container.encode(options, forKey: .options)
        let vaults = filters.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { VaultFilter(vault: $0.key, exclude: $0.value.exclude, include: $0.value.include) }
        if !vaults.isEmpty { try container.encode(vaults, forKey: .vaults) }
    }

    private struct VaultFilter: Encodable {
        let vault: VaultID
        let exclude: [String]
        let include: [String]

        enum CodingKeys: String, CodingKey {
            case vault = "vault_id"
            case exclude, include
        }
    }
}

extension SyncRequest {
    /// Reads any of the forms in which an execution can be started:
    ///
    ///     {"action": "sync", "vault_id": "…", "sync_type": "complete", "options": {…}}
    ///     {"type": "sync_vault", "vault_id": "…", "options": {"full_sync": true}}
    ///     {"type": "sync_multiple", "vaults": [{"vault_id": "…", "exclude": ["*.tmp"]}], "options": {…}}
    ///     {"type": "status", "vault_ids": ["…"]}
    ///
    /// Unknown fields are ignored, so the event of a schedule and `{}` mean an incremental run over all vaults.
    ///
    /// Fields that contradict each other are refused, for nobody can tell which of them is meant.
    ///
    /// - Throws: `InvalidInput` naming the field. Passwords are refused: the input of an execution is stored.
    package init(input: JSON) throws(SyncError) {
        guard case .object(let members) = input else {
            throw SyncError(.invalidInput, "the input is not a JSON object")
        }
        try SecretFields.refuse(in: input)
        let fields = EventFields(fields: members)
        let options = EventFields(fields: try fields.object("options"), prefix: "options.")
        let kind = try fields.text("type", among: Kind.self)
        action = try fields.text("action", among: Action.self) ?? kind?.action ?? .sync
        if let kind, kind.action != action { throw Self.contradiction("action", "type") }
        let isFull = try options.bool("full_sync")
        syncType = try fields.text("sync_type", among: SyncType.self) ?? (isFull == true ? .complete : .incremental)
        if let isFull, isFull != (syncType == .complete) { throw Self.contradiction("sync_type", "options.full_sync") }
        vaultIDs = try fields.vaultIDs()
        if let kind, vaultIDs.isEmpty {
            throw SyncError(.invalidInput, "the field \(kind.vaultField) is missing or empty; name the vaults")
        }
        if action == .status, vaultIDs.isEmpty {
            throw SyncError(.invalidInput, "the field vault_ids is missing; name the vaults whose status is asked for")
        }
        filters = try fields.vaultFilters()
        destinationBucket = try fields.bucket("dest_bucket")
        destinationPrefix = try fields.prefix("dest_prefix")
        self.options.maxConcurrent = try options.integer("max_concurrent", in: 1...40)
        self.options.approvedDeletions = try options.heldDeletions("allow_deletions")
        if self.options.approvedDeletions == nil {
            self.options.allowDeletions = try options.bool("allow_deletions") ?? false
        }
        self.options.deleteExcluded = try options.bool("delete_excluded") ?? false
        self.options.acceptManaged = try options.bool("accept_managed") ?? false
        self.options.switchAccount = try options.bool("switch_account") ?? false
        self.options.filter = try options.filter()
        self.options.timeoutMinutes = try options.integer("timeout_minutes", in: 1...15)
    }

    /// The older spelling of what is asked for.
    private enum Kind: String, CaseIterable {
        case syncVault = "sync_vault"
        case syncMultiple = "sync_multiple"
        case status

        var action: Action { self == .status ? .status : .sync }

        var vaultField: String {
            switch self {
            case .syncVault: "vault_id"
            case .syncMultiple: "vaults"
            case .status: "vault_ids"
            }
        }
    }

    private static func contradiction(_ one: String, _ other: String) -> SyncError {
        SyncError(.invalidInput, "the fields \(one) and \(other) contradict each other; leave one of them out")
    }
}
