package import Logging
package import SyncCore

/// A provider of which chosen calls fail. It may be one of media: without folders of vaults, and keeping what is gone.
package struct FaultyProvider: LibraryProvider {
    /// What a provider is asked for. The entries of a listing and the chunks of a body are pulled, each a call.
    package enum Operation: Hashable, CaseIterable, Sendable {
        case check, renew, vaults, open, list, files, content, chunk, range
    }

    private let base: any LibraryProvider
    private let faults: Faults<Operation>
    package let hasVaultFolders: Bool

    /// Puts a plan of faults before a provider.
    package init(_ base: any LibraryProvider, hasVaultFolders: Bool = true, fail faults: Faults<Operation>) {
        self.base = base
        self.hasVaultFolders = hasVaultFolders
        self.faults = faults
    }

    package var name: String { base.name }
    package var defaultConcurrency: Int { base.defaultConcurrency }
    package var defaultDeletions: DeletionPolicy { hasVaultFolders ? .mirror : .keep }

    package func token(in secret: Secret) throws -> TokenFacts { try base.token(in: secret) }

    package func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck {
        try await faults.around(.check) { try await base.check(secret, logger: logger) }
    }

    package func renew(_ secret: Secret, logger: Logger) async throws -> Secret {
        try await faults.around(.renew) { try await base.renew(secret, logger: logger) }
    }

    package func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result {
        try await base.withLibrary(secret, logger: logger) { try await body(FaultySource(base: $0, faults: faults)) }
    }
}

private struct FaultySource: LibrarySource {
    let base: any LibrarySource
    let faults: Faults<FaultyProvider.Operation>

    func vaults() async throws -> [Vault] {
        try await faults.around(.vaults) { try await base.vaults() }
    }

    func withVault<Result: Sendable>(
        _ id: VaultID,
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result {
        try await faults.around(.open) {}
        return try await base.withVault(id, since: cursor) { try await body(FaultySession(base: $0, faults: faults)) }
    }
}

private struct FaultySession: VaultSession {
    let base: any VaultSession
    let faults: Faults<FaultyProvider.Operation>

    var concurrentFetches: Int { base.concurrentFetches }

    func list(
        from place: ListingPlace?,
        while goesOn: () -> Bool,
        _ receive: (Entry) async throws -> Void
    ) async throws -> ListingStretch {
        try await faults.around(.list) {}
        let stretch = try await base.list(from: place, while: goesOn, receive)
        // The end of a listing is an answer of its own: without it a listing is not whole.
        try await faults.around(.list) {}
        return stretch
    }

    func files(of group: Entry) async throws -> GroupFiles {
        try await faults.around(.files) { try await base.files(of: group) }
    }

    func cursor(_ cursor: SourceCursor, revisiting group: Entry) throws -> SourceCursor {
        try base.cursor(cursor, revisiting: group)
    }

    func withContent<Result: Sendable>(
        of entry: Entry,
        _ body: (FileContent) async throws -> Result
    ) async throws -> Result {
        try await faults.around(.content) {}
        return try await base.withContent(of: entry) { content in
            var content = content
            content.stream = faults.sequence(.chunk, content.stream)
            content.ranges = content.ranges.map { FaultyRanges(base: $0, faults: faults) }
            return try await body(content)
        }
    }
}

private struct FaultyRanges: RangedContent {
    let base: any RangedContent
    let faults: Faults<FaultyProvider.Operation>

    var size: Int64 { base.size }
    var validator: String { base.validator }

    func withRange<Result: Sendable>(
        _ range: Range<Int64>,
        _ body: (ByteStream) async throws -> Result
    ) async throws -> Result {
        try await faults.around(.range) {}
        return try await base.withRange(range) { try await body(faults.sequence(.chunk, $0)) }
    }
}
