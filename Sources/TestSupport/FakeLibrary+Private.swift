import SyncCore

extension FakeLibrary {
    /// What nobody may tell of the account: tokens, and paths and texts that cannot be met by chance.
    package var privateTexts: [String] {
        let tokens = (1...max(1, tokensIssued)).map { "token-\($0)" }
        return vaults.reduce(into: tokens) { texts, vault in
            texts += vault.changes.map(\.path.rawValue).filter { $0.utf8.count > 3 }
            texts += vault.files.values.filter { (6...1000).contains($0.count) }.map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }
}
