package import Clocks
package import HTTPTransport
package import SyncCore

/// A cloud that Obsync mirrors, as functions, dialogues and reports know it.
///
/// ``all`` is the one list of them: whoever adds a provider adds a description there, and nothing else has to know it.
package struct ProviderDescription: Sendable {
    /// Builds the provider from the variables of the process, over `HTTPExecutor` and a clock. The last argument says how many
    /// processes ask at the same time: they share the pace of a service that has one.
    package typealias Make =
        @Sendable ([String: String], any HTTPExecutor, any WallClock, _ processes: Int) throws -> any LibraryProvider

    /// What the secret says in its field `provider`.
    package let name: String
    /// What people call it.
    package let title: String
    /// The variable that replaces the service's address.
    package let addressVariable: String
    /// The service's address where nothing replaces it.
    package let usualAddress: String
    /// The ways to sign in. The first that is not skipped is taken.
    package let ways: [SignInWay]
    /// Where the secret holds a token.
    package let token: [String]
    /// What the secret has to hold so that runs get a new token by themselves.
    package let renewal: [String]
    /// Whether vaults may have passwords of their own.
    package var hasVaultPasswords = false
    /// How somebody gets a token out of a browser, where that is how people sign in.
    package var capturedToken: CapturedToken?
    /// How often the service is asked, where that decides how long a first run takes.
    package var pace: Pace?
    /// Builds the provider.
    package let make: Make

    /// How often a service is asked for single things.
    package struct Pace: Sendable {
        /// The variable that sets how often in a second.
        package let variable: String
        /// How often in a second, where nothing sets it.
        package let usual: Double
    }
}

extension ProviderDescription {
    /// All clouds that Obsync knows.
    package static let all: [ProviderDescription] = [.obsidian, .gopro]

    /// Their names in a sentence.
    package static var names: String { all.map(\.name).joined(separator: ", ") }

    /// The one of a name; nil where there is none.
    package static func named(_ name: String?) -> ProviderDescription? { all.first { $0.name == name } }

    /// Builds all providers.
    ///
    /// - Parameters:
    ///   - environment: the variables of the process.
    ///   - executor: sends requests.
    ///   - clock: wall time.
    ///   - processes: how many processes ask at the same time.
    /// - Returns: one of each.
    /// - Throws: `InvalidConfiguration` naming the variable.
    package static func makeAll(
        environment: [String: String],
        executor: any HTTPExecutor,
        clock: any WallClock,
        processes: Int = 1
    ) throws -> [any LibraryProvider] {
        try all.map { try $0.make(environment, executor, clock, processes) }
    }

    /// Makes sure that a secret holds a token, or all that is needed to get one.
    ///
    /// - Throws: `InvalidConfiguration` naming the field that is missing.
    package func checkUsable(_ secret: Secret) throws(SyncError) {
        guard try secret.text(at: token) == nil else { return }
        for field in ways.first?.fields ?? [] where !field.isOptional { _ = try secret.requiredText(at: field.path) }
    }

    /// Whether runs get a new token by themselves.
    ///
    /// - Throws: `InvalidConfiguration` naming a field that is no text.
    package func isRenewable(_ secret: Secret) throws(SyncError) -> Bool {
        try secret.text(at: renewal) != nil
    }
}
