import Clocks
import Logging
import Providers
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
        let description = try name.map(description) ?? dialogue.askForProvider(among: ProviderDescription.all)
        let provider = try provider(description.name)
        if let captured = description.capturedToken {
            return try await CapturedLogin(
                dialogue: dialogue,
                description: description,
                captured: captured,
                logger: logger
            ).secret(provider)
        }
        let secret = try await signIn(description, provider).taking("vaults", from: known ?? Secret([:]))
        return description.hasVaultPasswords ? try await addingPasswords(to: secret) : secret
    }

    private func description(_ name: String) throws -> ProviderDescription {
        guard let description = ProviderDescription.named(name) else {
            throw SyncError(
                .invalidInput,
                "there is no provider \(name.printable); there are \(ProviderDescription.names)"
            )
        }
        return description
    }

    private func provider(_ name: String) throws -> any LibraryProvider {
        try providers.named(in: Secret(["provider": .string(name)]))
    }

    private func signIn(_ description: ProviderDescription, _ provider: any LibraryProvider) async throws -> Secret {
        var attempt = 1
        while true {
            let empty = Secret(["provider": .string(description.name)])
            var secret = empty
            for way in description.ways {
                guard let answered = try dialogue.ask(way, into: empty, note: " (not shown)") else { continue }
                secret = answered
                break
            }
            do {
                let renewed = try await provider.renew(secret, logger: logger)
                dialogue.show("Signed in.\n")
                return try choosingWhatStays(renewed, description)
            } catch let error as SyncError
                where [.authenticationFailed, .invalidConfiguration].contains(error.name) && attempt < Self.attempts
            {
                dialogue.show("  \(error.message)\n")
                attempt += 1
            }
        }
    }

    /// A second factor's key beside the password is one factor: whoever reads the file has both. So it is asked.
    private func choosingWhatStays(_ secret: Secret, _ description: ProviderDescription) throws -> Secret {
        let fields = description.ways.flatMap(\.fields)
        let hasSecondFactor = try fields.contains {
            try !$0.isShown && $0.isOptional && secret.text(at: $0.path) != nil
        }
        guard hasSecondFactor else {
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
        var kept = Secret(["provider": .string(description.name)])
        for field in fields where field.isShown {
            if let value = try secret.text(at: field.path) { kept = kept.setting(.string(value), at: field.path) }
        }
        return description.token.first.map { kept.taking($0, from: secret) } ?? kept
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
