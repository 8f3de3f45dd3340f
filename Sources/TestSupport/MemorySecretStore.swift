package import SyncCore
import Synchronization

/// A secret in memory, with staging and a conditional move as Secrets Manager has them.
package final class MemorySecretStore: SecretStore {
    fileprivate struct Version {
        var secret: Secret
        var follows: String?
    }

    fileprivate struct State {
        var versions: [String: Version] = [:]
        var current: String?
        var staged: String?
        var writes = 0

        mutating func add(_ secret: Secret, follows version: String?) -> String {
            writes += 1
            let name = "v\(versions.count + 1)"
            versions[name] = Version(secret: secret, follows: version)
            return name
        }
    }

    private let state: Mutex<State>

    /// Makes a store; without a secret it answers as a missing one does.
    package init(_ secret: Secret?) {
        var state = State()
        state.current = secret.map { state.add($0, follows: nil) }
        state.writes = 0
        self.state = Mutex(state)
    }

    /// How often the secret was written: values that were added, not labels that were moved.
    package var writes: Int { state.withLock { $0.writes } }

    /// Writes a current value as a person does who edits the secret.
    package func edit(_ change: (Secret) -> Secret) {
        state.withLock { state in
            guard let current = state.current, let secret = state.versions[current]?.secret else { return }
            state.current = state.add(change(secret), follows: nil)
        }
    }

    package func current() async throws -> StoredSecret {
        try state.withLock { state in
            guard let stored = state.current.flatMap(state.stored) else {
                throw SyncError(.invalidConfiguration, "there is no secret")
            }
            return stored
        }
    }

    package func staged(after version: String) async throws -> StoredSecret? {
        state.withLock { state in
            guard let staged = state.staged, state.versions[staged]?.follows == version else { return nil }
            return state.stored(staged)
        }
    }

    package func stage(_ secret: Secret, after version: String) async throws -> StoredSecret {
        state.withLock { state in
            let known = state.versions.first { $0.value.follows == version && $0.value.secret == secret }
            if let known { return StoredSecret(secret: secret, version: known.key) }
            let name = state.add(secret, follows: version)
            state.staged = name
            return StoredSecret(secret: secret, version: name)
        }
    }

    package func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool {
        state.withLock { state in
            guard state.current == version, state.versions[staged.version] != nil else { return false }
            state.current = staged.version
            return true
        }
    }
}

extension MemorySecretStore.State {
    fileprivate func stored(_ version: String) -> StoredSecret? {
        versions[version].map { StoredSecret(secret: $0.secret, version: version) }
    }
}
