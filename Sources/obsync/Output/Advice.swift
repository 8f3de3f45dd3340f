import SyncCore

/// What a person does about a failure: one sentence, with the whole command where one is right.
///
/// Where the next run goes on by itself, nothing has to be done, and no command is named.
struct Advice {
    /// The credentials file; nil where none is known.
    var credentials: String?
    /// The command that is right once the cause is mended.
    var command: String

    /// Whether nobody has to do anything for a run to succeed later.
    static func mayPass(_ name: SyncError.Name) -> Bool {
        SyncError(name, "").isRetryable || name == .tokenExpired
    }

    /// What to do about an error; nil where its own sentence says everything.
    func text(for name: SyncError.Name) -> String? {
        switch name {
        case .authenticationFailed, .vaultPasswordWrong, .invalidConfiguration:
            let place = credentials.map { "The secret is the file \($0). " } ?? ""
            return "\(place)When that is mended: \(command)"
        case .subscriptionExpired:
            return "When that is mended: \(command)"
        case .partialFailure:
            return "Nothing is lost: what is missing is tried again by every run. obsync status names the files."
        case .protocolChanged:
            return
                "Nothing was deleted. Look for a newer version of Obsync; until then what is mirrored stays as it is."
        case .invalidInput:
            return nil
        default:
            return Self.mayPass(name) ? "The next run goes on where this one stopped." : nil
        }
    }
}
