import Clocks
import Foundation
import SyncCore

/// Makes the account's secret from answers, or of what standard input holds.
enum SecretDialogue {
    static let providers = ["obsidian", "gopro"]

    /// Asks for everything that a provider needs.
    static func ask(_ dialogue: Dialogue) throws -> Secret {
        let provider = try dialogue.ask("Provider (\(providers.joined(separator: ", ")))", suggestion: providers[0]) {
            providers.contains($0) ? nil : "a provider is one of \(providers.joined(separator: ", "))"
        }
        return provider == "gopro" ? try askForGoPro(dialogue) : try askForObsidian(dialogue)
    }

    /// Reads a secret as JSON, the whole of standard input.
    ///
    /// - Throws: `InvalidInput` when it is empty or its provider is unknown; `InvalidConfiguration` when it is no JSON object,
    ///   or lacks a field that nobody can sign in without.
    static func read(_ json: Data) throws -> Secret {
        guard !json.isEmpty else {
            throw SyncError(.invalidInput, "standard input is empty; it has to hold the secret as a JSON object")
        }
        let secret = try Secret(json: json)
        guard let provider = try secret.text("provider"), providers.contains(provider) else {
            throw SyncError(
                .invalidInput,
                "the secret's field provider has to be one of \(providers.joined(separator: ", "))"
            )
        }
        try checkUsable(secret, provider)
        return secret
    }

    /// There has to be a token, or something to get one with.
    private static func checkUsable(_ secret: Secret, _ provider: String) throws {
        if provider == "gopro" {
            guard try secret.text("access_token") == nil else { return }
            for field in ["refresh_token", "client_id", "client_secret"] { _ = try secret.requiredText(field) }
        } else {
            guard try secret.text("token", "value") == nil else { return }
            for field in ["email", "password"] { _ = try secret.requiredText("auth", field) }
        }
    }

    private static func askForObsidian(_ dialogue: Dialogue) throws -> Secret {
        let email = try dialogue.ask("E-mail address of the account") { $0.contains("@") ? nil : "that is no address" }
        let password = try dialogue.askHidden("Password of the account")
        let totp = try dialogue.askHidden("Set-up key of the second factor", isOptional: true)
        var secret = Secret(["provider": .string("obsidian")])
            .setting(.string(email), at: "auth", "email")
            .setting(.string(password), at: "auth", "password")
        if !totp.isEmpty { secret = secret.setting(.string(totp), at: "auth", "totp_secret") }
        dialogue.show(
            """
            Vaults that are encrypted with a password of your own need that password. Leave the id empty where you do not \
            know it:
            the first run names each vault whose password is missing, and it can be added to the secret then.

            """
        )
        while true {
            let vault = try dialogue.ask("Id of a vault with a password of its own", suggestion: "") { id in
                id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } ? nil : "an id has letters and digits only"
            }
            if vault.isEmpty { return secret }
            secret = secret.setting(.string(try dialogue.askHidden("Its password")), at: "vaults", vault, "password")
        }
    }

    private static func askForGoPro(_ dialogue: Dialogue) throws -> Secret {
        var secret = Secret(["provider": .string("gopro")])
        let refresh = try dialogue.askHidden("Refresh token", isOptional: true)
        if refresh.isEmpty {
            let access = try dialogue.askHidden("Access token, as captured from a browser")
            secret = secret.setting(.string(access), at: "access_token")
            let end = try dialogue.ask("When it ends, to be warned before", suggestion: "") { text in
                text.isEmpty || Timestamp(iso8601: text) != nil ? nil : "a time is written like 2026-11-22T04:30:00Z"
            }
            return end.isEmpty ? secret : secret.setting(.string(end), at: "expires_at")
        }
        secret = secret.setting(.string(refresh), at: "refresh_token")
        secret = secret.setting(.string(try dialogue.ask("Client id")), at: "client_id")
        return secret.setting(.string(try dialogue.askHidden("Client secret")), at: "client_secret")
    }
}
