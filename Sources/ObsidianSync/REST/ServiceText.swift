import SyncCore

/// Turns the service's error texts into errors. They are matched by parts, without regard to case: the full sentences
/// are not documented and change. Where a text is not known word for word, people are shown it.
enum ServiceText {
    static let wrongCode = "2fa code is incorrect"

    /// What the service said, to stand behind a sentence; empty where it said nothing.
    static func quoted(_ text: String) -> String {
        let words = ServiceWords(text).description
        return words.isEmpty ? "" : "; it says: \(words)"
    }

    static func error(_ original: String) -> SyncError {
        let text = original.lowercased()
        return accountError(text) ?? momentaryError(text, original)
            ?? SyncError(.protocolChanged, "Obsidian answers with an error that is not known\(quoted(original))")
    }

    /// What somebody has to change, in the secret or in the account.
    private static func accountError(_ text: String) -> SyncError? {
        func says(_ part: String) -> Bool { text.contains(part) }
        if says(wrongCode) {
            return SyncError(
                .authenticationFailed,
                "the two-factor code was refused; check the secret's field auth.totp_secret and the clock",
                detail: .codeRefused
            )
        }
        if says("2fa code") {
            return SyncError(
                .authenticationFailed,
                "the account asks for a two-factor code; put its setup key into the secret's field auth.totp_secret"
            )
        }
        if says("login failed") {
            return SyncError(
                .authenticationFailed,
                "Obsidian refuses the sign-in; check the secret's fields auth.email and auth.password"
            )
        }
        if says("not logged in") {
            return SyncError(.tokenExpired, "Obsidian refuses the token")
        }
        if says("wrong vault key") {
            return SyncError(
                .vaultPasswordWrong,
                "a vault's password does not fit; correct it in the secret, under vaults.<vault id>.password"
            )
        }
        if says("subscription"), says("expired") {
            return SyncError(
                .subscriptionExpired,
                "the Obsidian Sync subscription has expired; renew it and start again"
            )
        }
        if says("vault not found") {
            return SyncError(.invalidInput, "Obsidian does not know the vault any more")
        }
        return nil
    }

    /// What passes by itself.
    private static func momentaryError(_ text: String, _ original: String) -> SyncError? {
        func says(_ part: String) -> Bool { text.contains(part) }
        if says("overloaded") {
            // The text also hides the detection of abuse: knocking again soon makes it worse.
            return SyncError(
                .throttled,
                "Obsidian says that it is overloaded; if it goes on saying so, pause all runs for an hour, and check that the "
                    + "account has a Sync subscription",
                retryAfter: .seconds(300)
            )
        }
        if saysTooMany(text) {
            return SyncError(
                .throttled,
                "Obsidian asks for fewer connections or requests\(quoted(original))",
                retryAfter: .seconds(5)
            )
        }
        if says("try again") || says("temporarily unavailable") {
            return SyncError(
                .sourceUnavailable,
                "Obsidian is not available for the moment\(quoted(original))",
                retryAfter: .seconds(60)
            )
        }
        return nil
    }

    /// Whether a text asks for less, in whatever words.
    private static func saysTooMany(_ text: String) -> Bool {
        let parts = [
            "too many", "connection limit", "limit of connections", "rate limit", "slow down", "maximum number of",
        ]
        return parts.contains { text.contains($0) }
    }
}
