import Foundation
import Providers
import SyncCore

/// Makes the account's secret from answers, or of what standard input holds.
enum SecretDialogue {
    /// Asks for everything that a provider needs.
    static func ask(_ dialogue: Dialogue) throws -> Secret {
        let provider = try dialogue.askForProvider(among: ProviderDescription.all)
        var secret = Secret(["provider": .string(provider.name)])
        for way in provider.ways {
            guard let answered = try dialogue.ask(way, into: secret) else { continue }
            secret = answered
            break
        }
        return provider.hasVaultPasswords ? try addingVaultPasswords(to: secret, dialogue) : secret
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
        guard let provider = ProviderDescription.named(try secret.text("provider")) else {
            throw SyncError(
                .invalidInput,
                "the secret's field provider has to be one of \(ProviderDescription.names)"
            )
        }
        try provider.checkUsable(secret)
        return secret
    }

    private static func addingVaultPasswords(to secret: Secret, _ dialogue: Dialogue) throws -> Secret {
        dialogue.show(
            """
            Vaults that are encrypted with a password of your own need that password. Leave the id empty where you do not \
            know it:
            the first run names each vault whose password is missing, and it can be added to the secret then.

            """
        )
        var secret = secret
        while true {
            let vault = try dialogue.ask("Id of a vault with a password of its own", suggestion: "") { id in
                id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } ? nil : "an id has letters and digits only"
            }
            if vault.isEmpty { return secret }
            secret = secret.setting(.string(try dialogue.askHidden("Its password")), at: "vaults", vault, "password")
        }
    }
}

extension Dialogue {
    /// Asks whose account it is.
    func askForProvider(among providers: [ProviderDescription]) throws -> ProviderDescription {
        let names = providers.map(\.name)
        let name = try ask("Provider (\(names.joined(separator: ", ")))", suggestion: names.first) {
            names.contains($0) ? nil : "a provider is one of \(names.joined(separator: ", "))"
        }
        guard let provider = providers.first(where: { $0.name == name }) else {
            throw SyncError(.invalidInput, "there is no provider \(name.printable)")
        }
        return provider
    }

    /// Asks for what one way to sign in needs.
    ///
    /// - Parameters:
    ///   - way: the way.
    ///   - secret: what the answers are added to.
    ///   - note: stands behind the questions whose answers are not shown.
    /// - Returns: the secret with the answers; nil where the way was skipped.
    /// - Throws: `InvalidInput` when the input ends before.
    func ask(_ way: SignInWay, into secret: Secret, note: String = "") throws -> Secret? {
        var secret = secret
        for (number, field) in way.fields.enumerated() {
            let mayBeEmpty = field.isOptional || number == 0 && way.isSkippable
            let answer =
                field.isShown
                ? try ask(field.question, suggestion: mayBeEmpty ? "" : nil, check: field.problem)
                : try askHidden(field.question + note, isOptional: mayBeEmpty)
            if !answer.isEmpty { secret = secret.setting(.string(answer), at: field.path) }
            if answer.isEmpty, number == 0, way.isSkippable { return nil }
        }
        return secret
    }
}
