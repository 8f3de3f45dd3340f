extension Summary {
    /// Something that is not mirrored as it is at the source, or will not be without somebody's help: a file, or a vault.
    ///
    ///     {"vault_id": "…", "version": 42, "reason": "CorruptContent", "attempts": 3}
    ///     {"vault_id": "…", "reason": "DeletionsWithheld", "count": 90, "set": "3f9c01a2b7de"}
    package struct Attention: Codable, Hashable, Sendable {
        /// What concerns a whole vault, beside the names of errors that single files have.
        package enum VaultReason: String, Sendable {
            /// It is mirrored, and the account has it no more.
            case left = "VaultLeft"
            /// Deletions were held back.
            case deletionsWithheld = "DeletionsWithheld"
            /// The source has items that cannot be fetched yet.
            case notReady = "NotReady"
            /// Files are gone at the source, and the store does not let them go.
            case notDeleted = "NotDeleted"
        }

        /// The vault that it is, or is in.
        package var vaultID: VaultID
        /// The vault's name; only on the machine that holds the records.
        package var name: String?
        /// The version of the file; nil where it is no single file.
        package var version: Int64?
        /// The stable name of the last error, or a ``VaultReason``.
        package var reason: String
        /// The other side's own code for it, where there is one.
        package var code: String?
        /// How often that version was tried; nil where it is no single file.
        package var attempts: Int?
        /// How many files or deletions it stands for; nil for one.
        package var count: Int?
        /// What a set of deletions that were held back is called by; nil of anything else.
        package var set: String?
        /// Where it is in the vault; only on the machine that holds the records.
        package var path: String?

        private enum CodingKeys: String, CodingKey {
            case name, version, reason, code, attempts, count, set, path
            case vaultID = "vault_id"
        }

        /// Makes one of a file.
        fileprivate init(_ record: FileRecord, in vault: VaultID, withPath: Bool) {
            vaultID = vault
            version = record.version
            reason = record.lastError?.rawValue ?? record.status.rawValue
            code = record.reason
            attempts = record.attempts
            path = withPath ? record.path.rawValue : nil
        }

        /// Makes one of a vault.
        package init(
            _ reason: VaultReason,
            of vault: VaultID,
            count: Int? = nil,
            set: String? = nil,
            code: String? = nil
        ) {
            vaultID = vault
            self.set = set
            self.reason = reason.rawValue
            self.count = count
            self.code = code
        }

        /// Makes one of a vault that could not be listed.
        package init(_ error: SyncError.Name, of vault: VaultID) {
            vaultID = vault
            reason = error.rawValue
        }
    }

    /// Adds what the records say is not mirrored. What is known of whole vaults comes first, and stays.
    ///
    /// - Parameters:
    ///   - records: where the records are.
    ///   - withPaths: whether files are named by their paths, which must not leave the machine.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    package mutating func addAttention(from records: any RecordStore, withPaths: Bool = false) async throws {
        notMirrored = 0
        attention.removeAll { $0.version != nil }
        attentionCount = attention.count
        for vault in vaults where vault.outcome != .busy {
            let filter = CompiledFilter(try await records.state(of: vault.vaultID)?.filter ?? PathFilter())
            var pending = records.pendingRecords(in: vault.vaultID).makeAsyncIterator()
            while let record = try await pending.next(isolation: nil) {
                // What somebody has left out since needs nobody any more.
                guard filter.lets(record.path, version: record.version) else { continue }
                attentionCount += 1
                if record.isMissed { notMirrored += 1 }
                guard attention.count < Self.mostAttention else { continue }
                attention.append(Attention(record, in: vault.vaultID, withPath: withPaths))
            }
        }
    }
}

extension FileRecord {
    /// Whether the file is there at the source, as far as that is known. What is gone there is asked for again from time to
    /// time, and is said, but nothing is missing from the mirror.
    package var isMissed: Bool { !(status == .skipped && lastError == .sourceGone) }
}
