package import Clocks
package import Logging

/// A cloud that holds libraries: how to sign in, and how to read.
package protocol LibraryProvider: Sendable {
    /// The name that the secret gives in its field `provider`.
    var name: String { get }

    /// How many batches are worked off at once, where nobody says otherwise.
    var defaultConcurrency: Int { get }

    /// Whether each vault has a folder of its own in the mirror; true where nobody says otherwise.
    var hasVaultFolders: Bool { get }

    /// What happens to files that are gone at the source, where nobody says otherwise.
    var defaultDeletions: DeletionPolicy { get }

    /// The same provider for a call that has to be done by `deadline`. Where a service asks for quiet it waits, for as long as
    /// that allows.
    func working(until deadline: Timestamp) -> any LibraryProvider

    /// What the secret itself says of its token. Nobody is asked.
    ///
    /// - Throws: `InvalidConfiguration` naming the field that cannot be what it is.
    func token(in secret: Secret) throws -> TokenFacts

    /// Asks the provider whether the secret's token works.
    ///
    /// - Throws: `InvalidConfiguration` naming the field when the secret lacks something; transient errors.
    func check(_ secret: Secret, logger: Logger) async throws -> CredentialCheck

    /// Gets a new token.
    ///
    /// - Returns: the secret with the new token; everything else in it is unchanged.
    /// - Throws: `AuthenticationFailed`, `SubscriptionExpired`, `InvalidConfiguration`; transient errors.
    func renew(_ secret: Secret, logger: Logger) async throws -> Secret

    /// Describes the account's vaults for people; only what every provider knows, where nobody says more.
    ///
    /// - Throws: `TokenExpired`; transient errors.
    func describeVaults(_ secret: Secret, logger: Logger) async throws -> [VaultDescription]

    /// Opens the account for reading while `body` runs.
    func withLibrary<Result: Sendable>(
        _ secret: Secret,
        logger: Logger,
        _ body: (any LibrarySource) async throws -> Result
    ) async throws -> Result
}

extension LibraryProvider {
    package var hasVaultFolders: Bool { true }

    package var defaultDeletions: DeletionPolicy { .mirror }

    package func working(until deadline: Timestamp) -> any LibraryProvider { self }

    package func describeVaults(_ secret: Secret, logger: Logger) async throws -> [VaultDescription] {
        try await withLibrary(secret, logger: logger) { try await $0.vaults() }.map(VaultDescription.init)
    }
}

extension [any LibraryProvider] {
    /// The provider that the secret names.
    ///
    /// - Throws: `InvalidConfiguration` when it names none of them.
    package func named(in secret: Secret) throws -> any LibraryProvider {
        let name = try secret.requiredText("provider")
        guard let provider = first(where: { $0.name == name }) else {
            let known = map(\.name).joined(separator: ", ")
            throw SyncError(.invalidConfiguration, "the secret's field provider has to be one of: \(known)")
        }
        return provider
    }
}

/// What a secret says of the token in it.
package struct TokenFacts: Hashable, Sendable {
    /// When it ends, where that can be read from it or is recorded beside it.
    package var expires: Timestamp?
    /// How long it lives altogether, where that is recorded.
    package var lifetime: Duration?
    /// Whether the secret can renew it. A token that was captured from a browser cannot be renewed.
    package var isRenewable = true
    /// Whether a renewal spends what it uses, as it does with a rotating refresh token.
    package var isSpentByRenewal = false

    /// Makes the facts of a token without a known lifetime that can be had anew at any time.
    package init() {}
}

/// What the provider says of a token.
package enum CredentialCheck: Hashable, Sendable {
    /// It works.
    case valid(vaults: Int, expires: Timestamp?)
    /// It is refused, or there is none: a new one is needed.
    case refused
}

/// An open account.
package protocol LibrarySource: Sendable {
    /// All vaults that the account can read. Ids are unique.
    func vaults() async throws -> [Vault]

    /// Opens a vault while `body` runs: keys are derived and checked before anything else.
    ///
    /// - Parameters:
    ///   - id: the vault.
    ///   - cursor: what is known already; nil asks for a listing of everything.
    ///   - body: works with the open vault.
    /// - Returns: what `body` returns.
    /// - Throws: `VaultPasswordWrong`, `SubscriptionExpired`, `TokenExpired`, `InvalidInput` for an unknown vault;
    ///   transient errors.
    func withVault<Result: Sendable>(
        _ id: VaultID,
        since cursor: SourceCursor?,
        _ body: (any VaultSession) async throws -> Result
    ) async throws -> Result

    /// Waits until something changes in a vault behind a cursor.
    ///
    /// - Returns: true when something has changed; false at once where the provider tells of no changes.
    /// - Throws: what ``withVault(_:since:_:)`` throws, and `SourceUnavailable` when the provider cannot be listened to any more.
    func waitForChange(in id: VaultID, since cursor: SourceCursor) async throws -> Bool
}

extension LibrarySource {
    package func waitForChange(in id: VaultID, since cursor: SourceCursor) async throws -> Bool { false }
}

/// An open vault.
package protocol VaultSession: Sendable {
    /// How many bodies may be fetched at once, at most; 1 where nobody says otherwise.
    var concurrentFetches: Int { get }

    /// Reads a stretch of the listing that was asked for when the vault was opened: from its beginning, or from where an earlier
    /// stretch ended, as long as `goesOn` says so. A stretch gets on, however little time there is.
    ///
    /// - Parameters:
    ///   - place: where an earlier stretch ended, perhaps in another process; the vault has to be opened as it was then.
    ///   - goesOn: whether there is time for more.
    ///   - receive: is called for every entry, in any order, several times for one path perhaps. The provider is read no faster
    ///     than it returns. What an earlier stretch gave counts.
    /// - Returns: the end of the listing, only when it was read to its end.
    /// - Throws: `SourceUnavailable` when the listing was cut; nothing that this stretch gave may be used then.
    ///   `InvalidConfiguration` where the provider gives its listing in one piece only, and there is not enough time for that.
    func list(
        from place: ListingPlace?,
        while goesOn: () -> Bool,
        _ receive: (Entry) async throws -> Void
    ) async throws -> ListingStretch

    /// Takes an entry of the kind `group` apart. The lister asks this only of groups that are new or changed, under its
    /// deadline, so it may cost a request each.
    ///
    /// - Throws: `FileUnavailable` where only this group cannot be taken apart; transient errors; `ProtocolChanged` where the
    ///   provider lists no groups.
    func files(of group: Entry) async throws -> GroupFiles

    /// The same cursor, but for a group that a later listing has to name again.
    func cursor(_ cursor: SourceCursor, revisiting group: Entry) throws -> SourceCursor

    /// Fetches one version of a file, deciphered.
    ///
    /// No more than ``concurrentFetches`` bodies are fetched at once. What `body` leaves unread is thrown away.
    ///
    /// - Throws: `SourceGone`, `CorruptContent` (also from within the stream); transient errors.
    func withContent<Result: Sendable>(
        of entry: Entry,
        _ body: (FileContent) async throws -> Result
    ) async throws -> Result
}

extension VaultSession {
    package var concurrentFetches: Int { 1 }

    /// Reads the whole listing, however long it takes.
    ///
    /// - Throws: as ``list(from:while:_:)`` does.
    package func list(_ receive: (Entry) async throws -> Void) async throws -> ListingEnd {
        var place: ListingPlace?
        while true {
            switch try await list(from: place, while: { true }, receive) {
            case .ended(let end): return end
            case .paused(let next): place = next
            }
        }
    }

    package func files(of group: Entry) async throws -> GroupFiles {
        throw SyncError(.protocolChanged, "the provider lists groups that it cannot take apart")
    }

    package func cursor(_ cursor: SourceCursor, revisiting group: Entry) throws -> SourceCursor { cursor }
}

/// What a group turned out to be.
package struct GroupFiles: Sendable {
    /// Its files, each with a path of its own below the group's.
    package var files: [Entry]
    /// Whether these are all; otherwise the group has to be looked at again another time.
    package var isComplete: Bool
    /// Whether the source lists the group and has it no more. Its one file stands for it.
    package var isGone: Bool

    /// Makes a group's files.
    package init(_ files: [Entry], isComplete: Bool = true, isGone: Bool = false) {
        self.files = files
        self.isComplete = isComplete
        self.isGone = isGone
    }
}

/// The content of one file, to be pulled once.
package struct FileContent: Sendable {
    /// The size of the plaintext in bytes, where it is known before it is read.
    package var size: Int64?
    /// Whether `size` is right where the listing says something else.
    package var correctsListing = false
    /// The plaintext. Where it is enciphered with a tag, the tag is checked before the stream ends: a stream that
    /// ends without an error is authentic, one that throws has given bytes that must not be used.
    package var stream: ByteStream
    /// The same bytes from any offset, where the source can give them so; then `stream` asks for nothing until it is read.
    package var ranges: (any RangedContent)?

    /// Makes a content.
    package init(size: Int64?, stream: ByteStream, ranges: (any RangedContent)? = nil) {
        self.size = size
        self.stream = stream
        self.ranges = ranges
    }
}

/// Content that can be read from any offset, by several readers at once.
package protocol RangedContent: Sendable {
    /// Size in bytes.
    var size: Int64 { get }

    /// Names this very content: another text whenever the bytes are others. It holds no secret and may be stored, so that a
    /// later invocation goes on only where the content is still the same.
    var validator: String { get }

    /// Reads a range of bytes while `body` runs. What `body` leaves unread is thrown away.
    ///
    /// - Parameters:
    ///   - range: offsets in bytes, within `size`, not empty.
    ///   - body: gets exactly the bytes of the range, unless the stream throws.
    /// - Returns: what `body` returns.
    /// - Throws: `SourceUnavailable`, with the detail `contentChanged` when the content is no longer the one that `validator`
    ///   names: open it again then; `SourceGone`; what `body` throws.
    func withRange<Result: Sendable>(
        _ range: Range<Int64>,
        _ body: (ByteStream) async throws -> Result
    ) async throws -> Result
}
