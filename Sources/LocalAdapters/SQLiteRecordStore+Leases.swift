package import Clocks
import GRDB
package import SyncCore

/// Leases and terms: the columns `lease_owner`, `lease_expires`, `term` and `term_owner` of a vault's row.
extension SQLiteRecordStore {
    package func takeLease(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> VaultLease.Answer {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM receipts WHERE vault = ? AND expires < ?",
                arguments: [vault.rawValue, now.milliseconds]
            )
            let row = try Row.fetchOne(
                database,
                sql: "SELECT lease_owner, lease_expires, term, term_owner FROM vaults WHERE vault = ?",
                arguments: [vault.rawValue]
            )
            var standing = row.map { VaultLease($0) } ?? VaultLease()
            let answer = standing.take(lease, claim, now: now)
            guard case .taken(let term) = answer else { return answer }
            try database.execute(
                sql: """
                    INSERT INTO vaults (vault, lease_owner, lease_expires, term, term_owner) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (vault) DO UPDATE
                    SET lease_owner = excluded.lease_owner, lease_expires = excluded.lease_expires,
                        term = excluded.term, term_owner = excluded.term_owner
                    """,
                arguments: [
                    vault.rawValue, lease.owner.rawValue, lease.expires.milliseconds, term, lease.owner.rawValue,
                ]
            )
            return answer
        }
    }

    package func releaseLease(of run: RunID, on vault: VaultID) async throws {
        try await write { database in
            try database.execute(
                sql: "UPDATE vaults SET lease_owner = NULL, lease_expires = NULL WHERE vault = ? AND lease_owner = ?",
                arguments: [vault.rawValue, run.rawValue]
            )
        }
    }

    /// The present term of each vault that a run has had.
    ///
    /// - Throws: `StoreUnavailable`.
    package func terms() async throws -> [VaultID: Int64] {
        try await write { database in
            var terms: [VaultID: Int64] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT vault, term FROM vaults WHERE term IS NOT NULL") {
                let (vault, term): (String, Int64) = (row["vault"], row["term"])
                if let vault = VaultID(vault) { terms[vault] = term }
            }
            return terms
        }
    }

    /// Gives all leases back; the terms stay. Only who holds the ``FolderLock`` may do so: then nobody else can be at work.
    ///
    /// - Throws: `StoreUnavailable`.
    package func releaseAllLeases() async throws {
        try await write { database in
            try database.execute(sql: "UPDATE vaults SET lease_owner = NULL, lease_expires = NULL")
        }
    }
}

extension VaultLease {
    fileprivate init(_ row: Row) {
        let (expires, term): (Int64?, Int64?) = (row["lease_expires"], row["term"])
        let (owner, termOwner): (String?, String?) = (row["lease_owner"], row["term_owner"])
        self.init(
            owner: owner.flatMap { RunID($0) },
            expires: expires.map(Timestamp.init(milliseconds:)),
            term: term ?? 0,
            termOwner: termOwner.flatMap { RunID($0) }
        )
    }
}
