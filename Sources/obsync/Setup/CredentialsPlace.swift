import Foundation
import SyncCore

/// Where the credentials file of a command is.
///
/// In this order: `--credentials`, `OBSYNC_CREDENTIALS`, the file beside the mirror's records (where the first release
/// and the demo keep it), and the user's own, `$XDG_CONFIG_HOME/obsync/credentials.json`.
struct CredentialsPlace {
    /// What `--credentials` says.
    var option: String?
    var environment: [String: String]
    /// The mirror, where there is one.
    var place: (any MirrorPlace)?

    /// The user's own file.
    var usual: String {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
        return base + "/obsync/credentials.json"
    }

    /// The file that is named, or found; nil where there is none.
    var found: String? {
        if let named { return named }
        return [place?.credentials, usual].compactMap(\.self).first { FileManager.default.fileExists(atPath: $0) }
    }

    /// The file that is named, or else the user's own, whether it is there or not.
    var target: String { named ?? usual }

    private var named: String? {
        [option, environment["OBSYNC_CREDENTIALS"]].compactMap(\.self).first { !$0.isEmpty }
    }

    /// The file that is named, or found.
    ///
    /// - Throws: `InvalidInput` that says how one is made.
    func required() throws(SyncError) -> String {
        guard let found else {
            throw SyncError(
                .invalidInput,
                "there is no credentials file at \(usual); name one with --credentials or OBSYNC_CREDENTIALS, or make one: "
                    + "obsync login"
            )
        }
        return found
    }
}
