import Logging
import SyncCore

/// The media library, open.
final class GoProSession: VaultSession {
    private let account: GoProAccount
    private let since: SourceCursor?
    private let logger: Logger
    private let manifests: ManifestCache

    init(_ account: GoProAccount, since: SourceCursor?, _ logger: Logger) {
        self.account = account
        self.since = since
        self.logger = logger
        manifests = ManifestCache(account, logger)
    }

    var concurrentFetches: Int { account.concurrentFetches }

    func list(
        from place: ListingPlace?,
        while goesOn: () -> Bool,
        _ receive: (Entry) async throws -> Void
    ) async throws -> ListingStretch {
        let known = try since.map { cursor throws(SyncError) in try ListingCursor(cursor) } ?? ListingCursor()
        return try await LibraryListing(account: account, known: known, logger: logger)
            .read(from: place, while: goesOn, receive)
    }

    func cursor(_ cursor: SourceCursor, revisiting group: Entry) throws -> SourceCursor {
        try ListingCursor(cursor).revisiting(try Medium(handle: group.handle).id).encoded
    }

    func files(of group: Entry) async throws -> GroupFiles {
        let medium = try Medium(handle: group.handle)
        do {
            return try await files(of: medium, group, try await manifests.manifest(of: medium.id))
        } catch let error as SyncError where error.name == .sourceGone {
            // It is listed, and gone all the same: the downloader finds the same, and notes it.
            let name = FileNames(medium, manifestName: nil).standIn
            let file = MediaFile(id: medium.id, section: .variations, label: "source", item: nil, ordinal: 0)
            return GroupFiles([try entry(file, name: name, size: nil, in: group)], isComplete: false, isGone: true)
        }
    }

    private func files(of medium: Medium, _ group: Entry, _ manifest: DownloadManifest) async throws -> GroupFiles {
        let originals = manifest.originals(of: medium)
        let offered = originals.filter(\.offer.isAvailable)
        // An edit that was never rendered has no original, and is not going to have one.
        if originals.isEmpty, medium.isProject { return GroupFiles([]) }
        let isComplete = offered.count == originals.count && offered.count >= medium.expectedOriginals
        if !isComplete { logger.notice("medium does not offer all its originals yet") }
        let wanted = try await marked(offered) + (account.takesSidecars ? manifest.sidecars(of: medium) : [])
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

    /// Marks what nothing in the manifest tells apart by its bytes: the order of the manifest tells nothing.
    private func marked(_ originals: [DownloadManifest.Named]) async throws -> [DownloadManifest.Named] {
        func kind(_ file: MediaFile) -> MediaFile {
            var file = file
            file.ordinal = 0
            return file
        }
        let counts = Dictionary(originals.map { (kind($0.file), 1) }, uniquingKeysWith: +)
        var marked = originals
        for index in marked.indices where counts[kind(marked[index].file), default: 0] > 1 {
            marked[index].file.mark = try await manifests.mark(of: marked[index].offer)
        }
        return marked
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
        let content = try await MediaContent.open(
            try MediaFile(handle: entry.handle),
            listed: entry.size,
            MediaHost(account: account, logger: logger),
            manifests
        )
        if let listed = entry.size, listed != content.size {
            logger.notice(
                "media host states another size than the listing",
                metadata: [LogKey.bytes: "\(content.size)"]
            )
        }
        var found = FileContent(
            size: content.size,
            stream: MediaStream(content: content, range: 0..<content.size),
            ranges: content.size > 0 && content.measure.givesRanges ? content : nil
        )
        found.correctsListing = true
        return try await body(found)
    }
}
