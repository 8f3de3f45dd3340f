import ObsidianSync

extension ProviderDescription {
    /// Obsidian Sync.
    static let obsidian = ProviderDescription(
        name: "obsidian",
        title: "Obsidian",
        addressVariable: "OBSIDIAN_API_URL",
        usualAddress: "https://api.obsidian.md",
        ways: [
            SignInWay(fields: [
                SecretField(path: ["auth", "email"], question: "E-mail address of the account", form: .address),
                SecretField(path: ["auth", "password"], question: "Password of the account", isShown: false),
                SecretField(
                    path: ["auth", "totp_secret"],
                    question: "Set-up key of the second factor",
                    isShown: false,
                    isOptional: true
                ),
            ])
        ],
        token: ["token", "value"],
        renewal: ["auth", "password"],
        hasVaultPasswords: true
    ) { environment, executor, clock, _ in
        ObsidianProvider(try .init(environment: environment), executor: executor, clock: clock)
    }
}
