/// Refuses what must not be stored in an execution's history: passwords, tokens and the like, wherever they stand.
package enum SecretFields {
    /// Parts of names, in lower case and without what separates words.
    private static let parts = [
        "password", "passwd", "passphrase", "secret", "token", "totp", "credential", "apikey", "privatekey",
        "authorization", "cookie",
    ]
    /// Names a version, and holds no secret.
    private static let harmless = "secretversion"
    /// More of a name is not repeated.
    private static let longestName = 64

    /// Looks through an event.
    ///
    /// - Throws: `InvalidInput` naming the field, without its value.
    package static func refuse(in event: JSON) throws(SyncError) {
        try refuse(in: event, at: "")
    }

    private static func refuse(in value: JSON, at path: String) throws(SyncError) {
        switch value {
        case .object(let members):
            for (name, member) in members {
                let place = path + printable(name)
                guard !isSecret(name) else {
                    throw SyncError(
                        .invalidInput,
                        "the field \(place) is refused, because the input of an execution is stored and readable; "
                            + "put it into the secret (a vault's password under vaults.<vault id>.password)"
                    )
                }
                try refuse(in: member, at: String(place.suffix(2 * longestName)) + ".")
            }
        case .array(let elements):
            for element in elements { try refuse(in: element, at: path) }
        default:
            break
        }
    }

    private static func isSecret(_ name: String) -> Bool {
        let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return plain != harmless && parts.contains { plain.contains($0) }
    }

    private static func printable(_ name: String) -> String {
        String(name.unicodeScalars.prefix(longestName).map { ("!"..."~").contains($0) ? Character($0) : "?" })
    }
}
