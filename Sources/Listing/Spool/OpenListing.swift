import SyncCore

/// A listing that is spooled in stretches, as it lies in the state store between two calls.
///
/// It names only what is stored by then, so a call that dies in its middle costs no more than its own stretch.
struct OpenListing: Codable, Sendable {
    /// What was received, of which the manifest tells nothing.
    struct Tally: Codable, Sendable {
        /// All entries, whether they are wanted or not.
        var received = 0
        /// Those whose names could not be read.
        var unreadable = 0
        /// Whether there are any of folders.
        var hasFolders = false

        /// Counts an entry.
        mutating func count(_ entry: Entry) {
            received += 1
            if entry.kind == .unreadable { unreadable += 1 }
            hasFolders = hasFolders || entry.isOfFolder
        }
    }

    /// What the listing began with; nil for one of everything.
    var since: SourceCursor?
    /// Where the provider goes on.
    var place: ListingPlace
    /// What of it is sorted.
    var sorted: ManifestWriter.Pause
    /// What was received.
    var tally: Tally

    /// Reads what the call before has left.
    ///
    /// - Returns: nil where there is nothing: the listing begins anew.
    static func load(_ context: PassContext) async throws -> OpenListing? {
        let key = try KeyMapping.openListing(vault: context.vault.id, run: context.run)
        guard let stream = try await context.state.read(key, from: 0) else { return nil }
        var bytes: [UInt8] = []
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) { bytes += chunk }
        return try FunctionJSON.decode(OpenListing.self, from: bytes)
    }

    /// Writes it for the next call.
    func save(_ context: PassContext) async throws {
        let key = try KeyMapping.openListing(vault: context.vault.id, run: context.run)
        try await context.state.put(
            key,
            JSONLinesEncoder().line(self),
            ObjectAttributes(contentType: ContentType.of(key))
        )
    }

    /// Forgets it. It comes before what it names is deleted.
    static func drop(_ context: PassContext) async throws {
        try await context.state.delete([try KeyMapping.openListing(vault: context.vault.id, run: context.run)])
    }
}
