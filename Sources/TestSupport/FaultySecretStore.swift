package import SyncCore

/// A secret store of which chosen calls fail.
package struct FaultySecretStore: SecretStore {
    /// The operations of a secret store.
    package enum Operation: Hashable, CaseIterable, Sendable {
        case current, staged, stage, makeCurrent
    }

    private let base: any SecretStore
    private let faults: Faults<Operation>

    /// Puts a plan of faults before a store.
    package init(_ base: any SecretStore, fail faults: Faults<Operation>) {
        self.base = base
        self.faults = faults
    }

    package func current() async throws -> StoredSecret {
        try await faults.around(.current) { try await base.current() }
    }

    package func staged(after version: String) async throws -> StoredSecret? {
        try await faults.around(.staged) { try await base.staged(after: version) }
    }

    package func stage(_ secret: Secret, after version: String) async throws -> StoredSecret {
        try await faults.around(.stage) { try await base.stage(secret, after: version) }
    }

    package func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool {
        try await faults.around(.makeCurrent) { try await base.makeCurrent(staged, insteadOf: version) }
    }
}
