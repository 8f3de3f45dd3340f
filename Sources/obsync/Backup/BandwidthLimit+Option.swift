import Backup
import SyncCore

extension BandwidthLimit {
    /// Reads `20M`, as `--bwlimit` takes it.
    ///
    /// - Returns: bytes a second.
    /// - Throws: `InvalidInput`.
    static func bytes(_ text: String) throws(SyncError) -> Int64 {
        let factors: [Character: Int64] = ["k": 1000, "K": 1000, "M": 1_000_000, "G": 1_000_000_000]
        let factor = text.last.flatMap { factors[$0] }
        let digits = factor == nil ? text[...] : text.dropLast()
        guard let count = Int64(digits), count > 0, count <= 1_000_000_000_000 else {
            throw SyncError(.invalidInput, "the option --bwlimit takes bytes a second, for example 20M")
        }
        return count * (factor ?? 1)
    }
}
