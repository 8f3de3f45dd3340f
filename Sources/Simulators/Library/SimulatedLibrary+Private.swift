extension SimulatedLibrary {
    /// What nobody but the owner may be told: passwords, tokens, and what cannot be met by chance of paths and texts.
    package var privateTexts: [String] {
        let secrets = [account.password, account.totpSecret].compactMap(\.self) + validTokens
        return vaults.reduce(into: secrets) { texts, vault in
            texts.append(vault.configuration.password)
            for record in vault.history {
                if record.path.utf8.count > 12 { texts.append(record.path) }
                if case .bytes(let bytes)? = record.content, (12...4000).contains(bytes.count) {
                    texts.append(String(decoding: bytes.prefix(40), as: UTF8.self))
                }
            }
        }
    }
}

extension SimulatedMediaLibrary {
    /// What nobody but the owner may be told: the secret of the client, tokens, and paths.
    package var privateTexts: [String] { [Self.clientSecret] + allTokens + account(withSidecars: true).map(\.path) }
}
