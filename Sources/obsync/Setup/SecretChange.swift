import SyncCore

/// Changes a secret as the authenticator does: staged first, made current only if nobody else has changed it meanwhile.
struct SecretChange {
    private static let attempts = 5

    let store: any SecretStore

    /// Applies a change to the current secret.
    ///
    /// - Throws: `StoreUnavailable` when somebody else changes it all the time; what the store throws.
    func apply(_ change: (Secret) throws -> Secret) async throws {
        for _ in 0..<Self.attempts {
            let current = try await store.current()
            let changed = try change(current.secret)
            if changed == current.secret { return }
            let staged = try await store.stage(changed, after: current.version)
            if try await store.makeCurrent(staged, insteadOf: current.version) { return }
        }
        throw SyncError(.storeUnavailable, "somebody else changes the secret at this moment; try again")
    }
}
