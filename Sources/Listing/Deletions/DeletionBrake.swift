import Clocks
import SyncCore

/// Decides whether the deletions of a run look like somebody's wish, or like a fault of the source.
///
/// What was deleted in the last seven days counts as well, so that a vault does not drain away in small steps. Files that were
/// only moved are no deletions; see `GoneCensus`.
package struct DeletionBrake: Hashable, Sendable {
    /// Files and their bytes.
    package struct Amount: Hashable, Sendable {
        /// How many files.
        package var files: Int
        /// Their bytes, as far as they are known.
        package var bytes: Int64

        /// Makes an amount.
        package init(files: Int = 0, bytes: Int64 = 0) {
            self.files = files
            self.bytes = bytes
        }

        static func + (lhs: Amount, rhs: Amount) -> Amount {
            Amount(files: lhs.files + rhs.files, bytes: lhs.bytes + rhs.bytes)
        }
    }

    /// Up to so many deletions pass, whatever share of the vault they are.
    package var fewest = 10
    /// Deletions pass up to this share of a vault's files, and of its bytes.
    package var share = 0.2
    /// More deletions than this never pass by themselves.
    package var most = 1000

    /// Makes the default brake.
    package init() {}

    /// Whether so many files that are gone may need a closer look.
    func looksAt(_ gone: Int, lately: Amount) -> Bool {
        gone > 0 && (gone + lately.files > fewest || gone + lately.files > most)
    }

    /// Whether deletions wait until somebody says that they are meant.
    ///
    /// - Parameters:
    ///   - gone: what is gone now.
    ///   - lately: what was deleted in the last seven days.
    ///   - held: what the mirror holds, with what is gone now.
    /// - Returns: true where all of them, with those of the last days, are more than the limits.
    func holdsBack(_ gone: Amount, lately: Amount, of held: Amount) -> Bool {
        guard looksAt(gone.files, lately: lately) else { return false }
        let all = gone + lately
        let whole = held + lately
        return all.files > most
            || Double(all.files) > Double(whole.files) * share
            || Double(all.bytes) > Double(whole.bytes) * share
    }
}

extension VaultState {
    /// What was deleted in the last seven days.
    func deletedLately(at now: Timestamp) -> DeletionBrake.Amount {
        var state = self
        // Forgets the days that are over.
        state.noteDeletions(files: 0, bytes: 0, at: now)
        return (state.deletions ?? []).reduce(DeletionBrake.Amount()) { sum, day in
            DeletionBrake.Amount(files: sum.files + day.files, bytes: sum.bytes + day.bytes)
        }
    }
}
