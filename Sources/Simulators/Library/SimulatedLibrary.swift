import Synchronization

/// One account on the simulated service, with its vaults and the tokens it has been given.
package final class SimulatedLibrary: Sendable {
    /// Who can sign in.
    package struct Account: Sendable {
        /// The e-mail address to sign in with.
        package var email: String
        /// The account's password.
        package var password: String
        /// The name to show.
        package var name = "Sample Account"
        /// The base32 secret of the one-time codes; nil for an account without them.
        package var totpSecret: String?

        /// An account; `totpSecret` turns one-time codes on.
        package init(email: String, password: String, totpSecret: String? = nil) {
            self.email = email
            self.password = password
            self.totpSecret = totpSecret
        }
    }

    private struct State {
        var tokens: Set<String> = []
        var tokensIssued = 0
        var hasSubscription = true
    }

    /// Who can sign in.
    package let account: Account

    /// All vaults, own and shared, in the order in which they are listed.
    package let vaults: [SimulatedVault]

    private let state = Mutex(State())

    /// A library of these vaults.
    package init(account: Account, vaults: [SimulatedVault]) {
        self.account = account
        self.vaults = vaults
    }

    /// The vault of that id.
    package func vault(id: String) -> SimulatedVault? {
        vaults.first { $0.configuration.id == id }
    }

    /// The first vault of that name.
    ///
    /// - Throws: `SimulatorError` with `.noSuchVault`.
    package func vault(named name: String) throws -> SimulatedVault {
        guard let vault = vaults.first(where: { $0.configuration.name == name }) else {
            throw SimulatorError(.noSuchVault, "the library has no vault of that name")
        }
        return vault
    }

    /// What a mirror of the whole library must hold, by vault.
    package func accounts() -> [SimulatedVaultAccount] { vaults.map { $0.account() } }

    /// Whether the account pays for Sync; without it no vault can be opened.
    package var hasSubscription: Bool {
        get { state.withLock { $0.hasSubscription } }
        set { state.withLock { $0.hasSubscription = newValue } }
    }

    /// Makes every token invalid that was handed out so far.
    package func revokeTokens() {
        state.withLock { $0.tokens.removeAll() }
    }

    /// Gives out a token as a sign-in does.
    package func issueToken() -> String {
        state.withLock { state in
            state.tokensIssued += 1
            let number = String(state.tokensIssued)
            // Long enough that it cannot be met by chance in a log; unguessable it need not be.
            let token = Hex.encode(SystemRandomNumberGenerator.randomBytes(16)) + "-" + number
            state.tokens.insert(token)
            return token
        }
    }

    /// The tokens that are accepted.
    var validTokens: [String] { state.withLock { Array($0.tokens) } }

    func isValid(token: String?) -> Bool {
        guard let token else { return false }
        return state.withLock { $0.tokens.contains(token) }
    }

    func revoke(token: String) {
        state.withLock { _ = $0.tokens.remove(token) }
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func randomBytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max) }
    }
}
