import AWSClient
package import Clocks
package import SyncCore

/// Leases and terms: the attributes `lease_owner`, `lease_expires`, `lease_term` and `lease_run` (whose term it is) of a
/// vault's `state`. The first release knows the first two, and leaves the others as they are.
extension DynamoRecordStore {
    private static let isFree =
        "(attribute_not_exists(lease_owner) OR lease_owner = :owner OR lease_expires < :expired)"

    package func takeLease(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> VaultLease.Answer {
        // Two calls of one run may be at it at once, so that the second finds the term begun by the first.
        for _ in 1...2 {
            if let term = try await enterAgain(lease, claim, on: vault, now: now) { return .taken(term: term) }
            if let term = try await beginTerm(lease, claim, on: vault, now: now) { return .taken(term: term) }
        }
        // Why it was refused is what stands there now; nothing is written by that.
        let item = try await item(vault, RecordItem.state) ?? [:]
        var standing = VaultLease(item)
        switch standing.take(lease, claim, now: now) {
        case .superseded: return .superseded
        case .busy, .taken: return .busy
        }
    }

    /// Takes or renews the lease of a run whose term is the present one; nil when that is not so.
    private func enterAgain(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> Int64? {
        var condition = "lease_run = :owner AND \(Self.isFree)"
        var values = values(lease, now)
        if case .term(let term) = claim {
            condition += " AND lease_term = :term"
            values[":term"] = .n(term)
        }
        return try await update(vault, condition, values, "SET lease_owner = :owner, lease_expires = :expires")
    }

    /// Takes the lease for a new term; nil when it is not free, or the claim allows no new term.
    private func beginTerm(
        _ lease: Lease,
        _ claim: VaultLease.Claim,
        on vault: VaultID,
        now: Timestamp
    ) async throws -> Int64? {
        var condition = "(attribute_not_exists(lease_run) OR lease_run <> :owner) AND \(Self.isFree)"
        switch claim {
        case .anew: break
        case .term: return nil
        case .unknown: condition += " AND (attribute_not_exists(lease_term) OR lease_owner = :owner)"
        }
        var values = values(lease, now)
        values[":one"] = .n(1)
        let change = "SET lease_owner = :owner, lease_expires = :expires, lease_run = :owner ADD lease_term :one"
        return try await update(vault, condition, values, change)
    }

    private func values(_ lease: Lease, _ now: Timestamp) -> Item {
        [
            ":owner": .s(lease.owner.rawValue), ":expires": .n(lease.expires.milliseconds),
            ":expired": .n(now.advanced(by: .zero - Lease.clockSkew).milliseconds),
        ]
    }

    /// Changes a vault's state; nil when the condition does not hold.
    private func update(_ vault: VaultID, _ condition: String, _ values: Item, _ change: String) async throws -> Int64?
    {
        var term: Int64?
        let isChanged = try await conditionally {
            let output = try await dynamoDB.updateItem(
                .init(
                    conditionExpression: condition,
                    expressionAttributeValues: values,
                    key: RecordItem.key(vault, RecordItem.state),
                    returnValues: .allNew,
                    tableName: table,
                    updateExpression: change
                )
            )
            term = output.attributes?["lease_term"]?.integer
        }
        guard isChanged else { return nil }
        guard let term else { throw RecordItem.malformed }
        return term
    }

    package func releaseLease(of run: RunID, on vault: VaultID) async throws {
        _ = try await conditionally {
            _ = try await dynamoDB.updateItem(
                .init(
                    conditionExpression: "lease_owner = :owner",
                    expressionAttributeValues: [":owner": .s(run.rawValue)],
                    key: RecordItem.key(vault, RecordItem.state),
                    tableName: table,
                    updateExpression: "REMOVE lease_owner, lease_expires"
                )
            )
        }
    }
}

extension VaultLease {
    fileprivate init(_ item: DynamoRecordStore.Item) {
        self.init(
            owner: item["lease_owner"]?.string.flatMap { RunID($0) },
            expires: item["lease_expires"]?.integer.map(Timestamp.init(milliseconds:)),
            term: item["lease_term"]?.integer ?? 0,
            termOwner: item["lease_run"]?.string.flatMap { RunID($0) }
        )
    }
}
