import Clocks
import SyncCore
import Synchronization

/// The vaults that the service has listed lately, so that opening one costs no call more than it has to: a service may let a
/// token be used a few times only.
///
/// A list is used for a few minutes, for one token, and until something is wrong with a vault in it.
final class VaultLists: Sendable {
    private struct Known {
        var token: String
        var listed: Timestamp
        var vaults: [ListedVault]
    }

    private static let lifetime: Duration = .seconds(300)

    private let known = Mutex<Known?>(nil)

    /// Notes what the service has just listed.
    func note(_ vaults: [ListedVault], token: String, at now: Timestamp) {
        known.withLock { $0 = Known(token: token, listed: now, vaults: vaults) }
    }

    /// A vault of the last list; nil where that is too old, or is another account's.
    func vault(_ id: VaultID, token: String, at now: Timestamp) -> ListedVault? {
        known.withLock { known in
            guard let known, known.token == token, known.listed.duration(to: now) < Self.lifetime else { return nil }
            return known.vaults.first { $0.id == id }
        }
    }

    /// Forgets the last list.
    func forget() {
        known.withLock { $0 = nil }
    }
}
