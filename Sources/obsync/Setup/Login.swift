import Clocks
import Logging
import SyncCore

/// Signs in with a person's answers, and makes the secret that runs need.
struct Login {
    /// How often somebody may mistype.
    private static let attempts = 3

    let dialogue: Dialogue
    let providers: [any LibraryProvider]
    let clock: any WallClock
    let logger: Logger

    /// Asks for everything, signs in, and checks the passwords of vaults.
    ///
    /// - Parameters:
    ///   - name: the provider; nil to be asked.
    ///   - known: a secret that is there already: its vault passwords are kept.
    /// - Returns: a secret that works.
    /// - Throws: `AuthenticationFailed` after too many attempts, `InvalidInput` at the end of the input; transient errors.
    func secret(provider name: String?, known: Secret?) async throws -> Secret {
        let choices = providers.map(\.name)
        let name =
            try name
            ?? dialogue.ask("Provider (\(choices.joined(separator: ", ")))", suggestion: choices.first) {
                choices.contains($0) ? nil : "a provider is one of \(choices.joined(separator: ", "))"
            }
        guard choices.contains(name) else {
            throw SyncError(
                .invalidInput,
                "there is no provider \(name.printable); there are \(choices.joined(separator: ", "))"
            )
        }
        if name == "gopro" {
            return try await GoProLogin(dialogue: dialogue, logger: logger).secret(try provider(name))
        }
        let secret = try await signIn(try provider(name)).taking("vaults", from: known ?? Secret([:]))
        return try await addingPasswords(to: secret)
    }

    private func provider(_ name: String) throws -> any LibraryProvider {
        try providers.named(in: Secret(["provider": .string(name)]))
    }

    private func signIn(_ provider: any LibraryProvider) async throws -> Secret {
        var attempt = 1
        while true {
            let email = try dialogue.ask("E-mail address of the account") {
                $0.contains("@") ? nil : "that is no address"
            }
            let password = try dialogue.askHidden("Password of the account (not shown)")
            let key = try dialogue.askHidden("Set-up key of the second factor (not shown)", isOptional: true)
            var secret = Secret(["provider": .string(provider.name)])
                .setting(.string(email), at: "auth", "email")
                .setting(.string(password), at: "auth", "password")
            if !key.isEmpty { secret = secret.setting(.string(key), at: "auth", "totp_secret") }
            do {
                let renewed = try await provider.renew(secret, logger: logger)
                dialogue.show("Signed in.\n")
                return try choosingWhatStays(renewed, email: email, hasKey: !key.isEmpty)
            } catch let error as SyncError
                where [.authenticationFailed, .invalidConfiguration].contains(error.name) && attempt < Self.attempts
            {
                dialogue.show("  \(error.message)\n")
                attempt += 1
            }
        }
    }

    /// A set-up key beside the password is one factor: whoever reads the file has both. So it is asked.
    private func choosingWhatStays(_ secret: Secret, email: String, hasKey: Bool) throws -> Secret {
        guard hasKey else {
            dialogue.show("E-mail address, password and token are kept, so that runs sign in by themselves.\n")
            return secret
        }
        dialogue.show(
            """
            Runs sign in by themselves when e-mail address, password and set-up key are kept. Whoever reads them there has \
            both factors.

            """
        )
        let answer = try dialogue.ask("Keep them (yes, no)", suggestion: "yes") { answer in
            ["yes", "no"].contains(answer.lowercased()) ? nil : "answer yes or no"
        }
        if answer.lowercased() == "yes" { return secret }
        dialogue.show("Only the token is kept. When it ends, runs fail until you come here again.\n")
        return Secret(["provider": .string(try secret.requiredText("provider"))])
            .setting(.string(email), at: "auth", "email")
            .taking("token", from: secret)
    }

    /// Lists the vaults, and asks for each password that is needed until it fits or is left out.
    ///
    /// - Parameters:
    ///   - secret: a secret whose token works.
    ///   - wanted: the id or name of the only vault to ask for; nil for all whose password is missing or wrong.
    /// - Returns: the secret with the passwords.
    /// - Throws: `InvalidInput` for an unknown vault; transient errors.
    func addingPasswords(to secret: Secret, only wanted: String? = nil) async throws -> Secret {
        let provider = try provider(try secret.requiredText("provider"))
        let vaults = try await provider.describeVaults(secret, logger: logger)
        let chosen = try wanted.map { [try VaultName($0).choose(among: vaults)] } ?? vaults
        dialogue.show("The account has \(vaults.count.counted("vault")).\n")
        var secret = secret
        for vault in chosen {
            secret = try await addingPassword(of: vault, to: secret, provider, asksFirst: wanted != nil)
        }
        return secret
    }

    private func addingPassword(
        of description: VaultDescription,
        to secret: Secret,
        _ provider: any LibraryProvider,
        asksFirst: Bool
    ) async throws -> Secret {
        let vault = description.vault
        let name = "\(vault.name.printable) (\(vault.id))"
        var secret = secret
        var mustAsk = asksFirst && description.needsPassword
        while true {
            if mustAsk {
                let password = try dialogue.askHidden("Encryption password of \(name) (not shown)", isOptional: true)
                if password.isEmpty {
                    dialogue.show("  left out; add it later: obsync login --vault \(vault.id)\n")
                    return secret
                }
                secret = secret.setting(.string(password), at: "vaults", vault.id.rawValue, "password")
            }
            do {
                try await provider.withLibrary(secret, logger: logger) { source in
                    try await source.withVault(vault.id, since: nil) { _ in }
                }
                dialogue.show("  \(name): can be read\n")
                return secret
            } catch let error as SyncError where [.vaultPasswordWrong, .invalidConfiguration].contains(error.name) {
                if mustAsk || error.name == .vaultPasswordWrong { dialogue.show("  the password does not fit\n") }
                mustAsk = true
            } catch let error as SyncError where !error.isRetryable && error.name != .tokenExpired {
                dialogue.show("  \(name): \(error.message)\n")
                return secret
            }
        }
    }
}

/// A vault as somebody names it: by its id or exactly by its name.
struct VaultName {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The vault that is meant.
    ///
    /// - Throws: `InvalidInput` with the candidates when there is none, or more than one.
    func choose(among vaults: [VaultDescription]) throws(SyncError) -> VaultDescription {
        if let exact = vaults.first(where: { $0.vault.id.rawValue == text }) { return exact }
        let named = vaults.filter { $0.vault.name.utf8.elementsEqual(text.utf8) }
        if named.count == 1, let only = named.first { return only }
        let candidates = (named.isEmpty ? vaults : named).map { "\($0.vault.name.printable) (\($0.vault.id))" }
        throw SyncError(
            .invalidInput,
            (named.isEmpty ? "there is no vault with this id or name; there are: " : "several vaults have this name: ")
                + candidates.joined(separator: ", ")
        )
    }
}
