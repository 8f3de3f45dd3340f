package import Logging
package import SyncCore
import Synchronization

/// A provider over a ``FakeLibrary``. The secret's token has to be one that the library accepts.
package struct FakeProvider: LibraryProvider {
    package let name = "fake"
    package let defaultConcurrency = 3
    private let library: FakeLibrary

    /// Makes a provider.
    package init(_ library: FakeLibrary) {
        self.library = library
    }

    package func token(in secret: Secret) throws -> TokenFacts {
        _ = try secret.text("token", "value")
        return TokenFacts()
    }

    package func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck {
        guard library.check(try secret.text("token", "value")) else { return .refused }
        return .valid(vaults: library.vaults.count, expires: nil)
    }

    package func renew(_ secret: Secret, logger: Logger) async throws -> Secret {
        secret.setting(.string(try library.signIn()), at: "token", "value")
    }

    package func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        try await body(FakeSource(library: library, token: try secret.text("token", "value")))
    }
}

extension FakeLibrary {
    /// Sets what runs before each vault is opened.
    package func setBeforeOpening(_ body: (@Sendable () async throws -> Void)?) {
        beforeOpening.withLock { $0 = body }
    }
}

private struct FakeSource: LibrarySource {
    let library: FakeLibrary
    let token: String?

    func vaults() async throws -> [Vault] {
        try checkToken()
        return library.vaults.map(\.vault)
    }

    func withVault<Result: Sendable>(
        _ id: VaultID,
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        try checkToken()
        return try await body(FakeSession(library: library, vault: try await library.open(id), since: cursor))
    }

    private func checkToken() throws {
        guard library.check(token) else { throw SyncError(.tokenExpired, "the token is refused") }
    }
}

private struct FakeSession: VaultSession {
    let library: FakeLibrary
    let vault: FakeLibrary.FakeVault
    let since: SourceCursor?

    var concurrentFetches: Int { library.faults.concurrentFetches }

    /// Gives a snapshot without a cursor, and otherwise every change after it.
    func list(
        from place: ListingPlace?,
        while goesOn: () -> Bool,
        _ receive: (Entry) async throws -> Void
    ) async throws -> ListingStretch {
        let known = since.flatMap { Int64($0.rawValue) }
        let listed: [Entry] =
            if let known {
                vault.changes.filter { $0.version > known }
            } else {
                vault.newest.values.filter { $0.kind != .deletion }.sorted { $0.version < $1.version }
            }
        let faults = library.faults
        let first = place.flatMap { Int($0.rawValue) } ?? 0
        for (position, entry) in listed.enumerated().dropFirst(first) {
            guard position != faults.cutListingAfter else { throw Self.cut }
            if faults.listsInStretches, position > first, !goesOn() { return .paused(ListingPlace(String(position))) }
            if position > 0, position.isMultiple(of: 1000), !goesOn() { throw SyncError.listingInOnePiece }
            try await receive(entry)
        }
        if faults.cutListingAfter != nil { throw Self.cut }
        return .ended(
            ListingEnd(
                isSnapshot: known == nil,
                cursor: SourceCursor(String(vault.changes.last?.version ?? 0)),
                wasReplaced: known != nil && faults.reportsReplacement
            )
        )
    }

    func withContent<Result: Sendable>(
        of entry: Entry,
        _ body: (FileContent) async throws -> Result
    ) async throws -> Result {
        try await body(try await library.content(of: entry, in: vault.vault.id))
    }

    func files(of group: Entry) async throws -> GroupFiles {
        try await library.files(of: group, in: vault)
    }

    private static var cut: SyncError {
        SyncError(.sourceUnavailable, "the listing was cut")
    }
}
