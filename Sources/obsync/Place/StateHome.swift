import Crypto
import Foundation

/// Where programs keep their state on this machine: `$XDG_STATE_HOME`, or `~/.local/state`.
enum StateHome {
    /// A folder of its own for each mirror.
    ///
    /// - Parameters:
    ///   - title: what people recognise it by; signs that no file name should have become `-`.
    ///   - mirror: the mirror's whole name, which tells it from every other.
    ///   - environment: the variables.
    /// - Returns: such as `/home/u/.local/state/obsync/vaults-1a2b3c4d`.
    static func folder(_ title: String, of mirror: String, environment: [String: String]) -> String {
        let set = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        let digest = SHA256.hash(data: Data(mirror.utf8))
        let mark = digest.prefix(4).map { String(format: "%02x", $0) }.joined()
        return "\(set ?? home + "/.local/state")/obsync/\(title)-\(mark)"
    }
}
