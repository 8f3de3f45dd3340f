import Logging
import SyncCore
import Synchronization

/// The media library, open.
final class GoProSession: VaultSession {
    /// So many media in a row that cannot be resolved are no fault of theirs.
    private static let mostFailuresInARow = 3

    private let account: GoProAccount
    private let since: SourceCursor?
    private let logger: Logger
    private let manifests: ManifestCache
    private let failuresInARow = Mutex(0)

    init(_ account: GoProAccount, since: SourceCursor?, _ logger: Logger) {
        self.account = account
        self.since = since
        self.logger = logger
        manifests = ManifestCache(account, logger)
    }

    var concurrentFetches: Int { account.concurrentFetches }

    func list(_ receive: (Entry) async throws -> Void) async throws -> ListingEnd {
        let known = try since.map { cursor throws(SyncError) in try ListingCursor(cursor) } ?? ListingCursor()
        return try await LibraryListing(account: account, known: known, logger: logger).read(receive)
    }

    func cursor(_ cursor: SourceCursor, revisiting group: Entry) throws -> SourceCursor {
        try ListingCursor(cursor).revisiting(try Medium(handle: group.handle).id).encoded
    }

    func files(of group: Entry) async throws -> GroupFiles {
        let medium = try Medium(handle: group.handle)
        do {
            let manifest = try await manifests.manifest(of: medium.id)
            failuresInARow.withLock { $0 = 0 }
            return try files(of: medium, group, manifest)
        } catch let error as SyncError where error.name == .sourceGone {
            // Listed, and gone since: the downloader finds the same, and notes it.
            let name = FileNames(medium, manifestName: nil).standIn
            let file = MediaFile(id: medium.id, section: .variations, label: "source", item: nil, ordinal: 0)
            return GroupFiles([try entry(file, name: name, size: nil, in: group)])
        } catch let error as SyncError where error.name == .sourceUnavailable {
            let failures = failuresInARow.withLock { count in
                count += 1
                return count
            }
            guard failures < Self.mostFailuresInARow else { throw error }
            logger.warning("medium cannot be resolved", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
            return GroupFiles([], isComplete: false)
        }
    }

    private func files(of medium: Medium, _ group: Entry, _ manifest: DownloadManifest) throws -> GroupFiles {
        let originals = manifest.originals(of: medium)
        let offered = originals.filter(\.offer.isAvailable)
        // An edit that was never rendered has no original, and is not going to have one.
        if originals.isEmpty, medium.isProject { return GroupFiles([]) }
        let isComplete = offered.count == originals.count && offered.count >= medium.expectedOriginals
        if !isComplete { logger.notice("medium does not offer all its originals yet") }
        let wanted = offered + (account.takesSidecars ? manifest.sidecars(of: medium) : [])
        var names = FileNames(medium, manifestName: manifest.filename)
        let files = try wanted.sorted { FileNames.precedes($0.file, $1.file) }.map { named in
            // The size in the listing is that of all originals together.
            let isOnly = isComplete && offered.count == 1 && named.file.section != .sidecars
            return try entry(
                named.file,
                name: names.name(named.file, named.offer),
                size: isOnly ? group.size : nil,
                in: group
            )
        }
        return GroupFiles(files, isComplete: isComplete)
    }

    private func entry(_ file: MediaFile, name: String, size: Int64?, in group: Entry) throws -> Entry {
        Entry(
            kind: .file,
            path: VaultPath("\(group.path.rawValue)/\(name)"),
            version: GoProProvider.version,
            handle: try file.handle,
            size: size,
            mtime: group.mtime
        )
    }

    func withContent<Result: Sendable>(
        of entry: Entry,
        _ body: (FileContent) async throws -> Result
    ) async throws -> Result {
        let content = try await MediaContent.open(try MediaFile(handle: entry.handle), account, manifests, logger)
        guard entry.size == nil || entry.size == content.size else {
            throw SyncError(.corruptContent, "the media host's length of a file is not that of the listing")
        }
        let stream = MediaStream(content: content, range: 0..<content.size)
        return try await body(
            FileContent(size: content.size, stream: stream, ranges: content.size > 0 ? content : nil)
        )
    }
}
