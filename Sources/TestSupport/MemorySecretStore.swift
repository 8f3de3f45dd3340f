package import SyncCore
import Synchronization

/// A secret in memory, with compare-and-swap.
package final class MemorySecretStore: SecretStore {
    fileprivate struct State {
        var secret: Secret?
        var version = 1
    }

    private let state: Mutex<State>

    /// Makes a store; without a secret it answers as a missing one does.
    package init(_ secret: Secret?) {
        state = Mutex(State(secret: secret))
    }

    /// How often the secret was written.
    package var writes: Int { state.withLock { $0.version - 1 } }

    package func current() async throws -> StoredSecret {
        try state.withLock { try $0.stored }
    }

    package func replace(_ secret: Secret, expecting version: String) async throws -> StoredSecret {
        try state.withLock { state in
            guard try state.stored.version == version else { return try state.stored }
            state.secret = secret
            state.version += 1
            return try state.stored
        }
    }
}

extension MemorySecretStore.State {
    fileprivate var stored: StoredSecret {
        get throws {
            guard let secret else { throw SyncError(.invalidConfiguration, "there is no secret") }
            return StoredSecret(secret: secret, version: "v\(version)")
        }
    }
}
