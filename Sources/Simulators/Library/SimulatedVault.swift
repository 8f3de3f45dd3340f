import Crypto
import FoundationEssentials
import Synchronization

/// One vault on the simulated service: its settings and its whole history.
///
/// Every change gets a fresh uid; older versions keep their content. All operations may be called from any task, while
/// clients are connected: open sockets are told of each change.
package final class SimulatedVault: Sendable {
    /// What a vault is, beside its files.
    package struct Configuration: Sendable {
        /// 32 hexadecimal characters.
        package var id: String
        /// The name that the owner gave it.
        package var name: String
        /// The encryption password.
        package var password: String
        /// The salt, used as text.
        package var salt: String
        /// 0, 2 or 3.
        package var encryptionVersion: Int = 3
        /// Whether the service knows the password and hands it out with the list of vaults.
        package var isManaged = false
        /// Whether somebody else owns it and shared it with the account.
        package var isShared = false
        /// Milliseconds since 1970; changes are dated one minute apart from here when no time is given.
        package var created: Int64 = 1_704_067_200_000
        /// Devices whose clients encrypt names with a 128-bit counter instead of the vendor's 16-bit one.
        package var fullCounterDevices: Set<String> = []

        /// A vault with end-to-end encryption of version 3; change the other properties before use.
        package init(id: String, name: String, password: String, salt: String) {
            self.id = id
            self.name = name
            self.password = password
            self.salt = salt
        }
    }

    struct State {
        var lastUID: Int64 = 0
        /// Ascending by uid.
        var records: [SimulatedRecord] = []
        /// The index of the newest record by the UTF-8 bytes of the path.
        var newest: [[UInt8]: Int] = [:]
        var watchers: [Int: @Sendable () -> Void] = [:]
        var watcherCount = 0
    }

    /// The settings; they never change.
    package let configuration: Configuration

    let cipher: SimulatedCipher
    let state = Mutex(State())

    /// Makes an empty vault. Derives its keys, which takes some 100 ms.
    ///
    /// - Throws: `SimulatorError` with `.invalidEncryptionVersion`.
    package init(_ configuration: Configuration) throws {
        self.configuration = configuration
        cipher = try SimulatedCipher(
            password: configuration.password,
            salt: configuration.salt,
            encryptionVersion: configuration.encryptionVersion
        )
    }

    /// The key hash that opens the vault.
    package var keyHash: String { cipher.keyHash }

    /// The uid of the last change; 0 for an empty vault.
    package var version: Int64 { state.withLock { $0.lastUID } }

    /// The whole history, ascending by uid.
    package var history: [SimulatedRecord] { state.withLock { $0.records } }

    /// The simulator's own account of what a mirror of this vault must hold.
    package func account() -> SimulatedVaultAccount {
        let files = snapshot().compactMap { record -> SimulatedFile? in
            guard let content = record.content else { return nil }
            return SimulatedFile(
                path: record.path,
                size: content.size,
                sha256: record.sha256,
                mtime: record.mtime,
                uid: record.uid
            )
        }
        return SimulatedVaultAccount(
            id: configuration.id,
            name: configuration.name,
            files: files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        )
    }

    /// The newest record of every path that is not deleted, folders included, ascending by uid.
    package func snapshot() -> [SimulatedRecord] { listing(after: nil).records }

    /// Every record with a uid above `uid`, ascending.
    package func records(after uid: Int64) -> [SimulatedRecord] { listing(after: uid).records }

    /// The snapshot (nil) or the log after a uid, and the uid of the last change at that very moment.
    func listing(after uid: Int64?) -> (records: [SimulatedRecord], version: Int64) {
        state.withLock { state in
            guard let uid else {
                let live = state.newest.values.sorted().map { state.records[$0] }.filter { !$0.isDeleted }
                return (live, state.lastUID)
            }
            return (Array(state.records[state.index(after: uid)...]), state.lastUID)
        }
    }

    /// The record of that uid, live or not.
    package func record(uid: Int64) -> SimulatedRecord? {
        state.withLock { state in
            let index = state.index(after: uid - 1)
            guard index < state.records.count, state.records[index].uid == uid else { return nil }
            return state.records[index]
        }
    }

    /// Calls `action` after each change, until `removeWatcher`.
    func addWatcher(_ action: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.watcherCount += 1
            state.watchers[state.watcherCount] = action
            return state.watcherCount
        }
    }

    func removeWatcher(_ id: Int) {
        state.withLock { _ = $0.watchers.removeValue(forKey: id) }
    }
}

extension SimulatedVault.State {
    /// The index of the first record with a uid above `uid`.
    func index(after uid: Int64) -> Int {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].uid > uid { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
