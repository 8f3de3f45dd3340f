package import SyncCore

/// Sorts a listing by path with bounded memory and writes it as the run's manifest.
///
/// Entries are collected up to a fixed size, sorted, and put aside in the state store as sorted pieces; at the end
/// the pieces are merged as streams. A listing that fits into one piece is never put aside. Of several entries for one
/// path only the newest is kept.
///
/// A merge holds one chunk of each piece, and nothing else: over S3 that is a block of 512 KiB, so 16 MiB for the 32 pieces
/// that are merged at most. A piece of 8 MiB has about 33,000 entries, so a million entries are 31 pieces, and are
/// merged once, with about 500 requests; a larger listing is merged once more after each further million.
package struct ManifestWriter {
    private static let mostPiecesAtOnce = 32
    /// The smallest parts that S3 takes, 10,000 of which are more than any listing has.
    private static let upload = UploadSettings(
        multipartThreshold: UploadSettings.smallestPart,
        partSize: UploadSettings.smallestPart,
        partsInFlight: 1
    )

    /// What a manifest holds.
    package struct Totals: Hashable, Sendable {
        /// All entries.
        package var entries = 0
        /// Those of files that are there.
        package var files = 0
        /// The bytes of those files, as far as they are stated.
        package var bytes: Int64 = 0

        fileprivate mutating func add(_ entry: Entry) {
            entries += 1
            guard entry.kind == .file || entry.kind == .group || entry.kind == .unreadable else { return }
            files += 1
            bytes += entry.size ?? 0
        }
    }

    /// What is kept of a listing that goes on later: its sorted pieces.
    package struct Pause: Codable, Hashable, Sendable {
        fileprivate var pieces: [ObjectKey]
        fileprivate var merged: [ObjectKey]
        fileprivate var made: Int
    }

    private let store: any ObjectStore
    private let vault: VaultID
    private let run: RunID
    private let pieceSize: Int
    private let encoder = JSONLinesEncoder()
    private var entries: [Entry] = []
    private var sizeEstimate = 0
    private var pieces: [ObjectKey] = []
    /// Pieces that went into others. They stay until the end, because what was noted of an earlier stretch may name them.
    private var merged: [ObjectKey] = []
    private var piecesMade = 0

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - store: the state store.
    ///   - vault: the vault that is listed.
    ///   - run: the run that lists it.
    ///   - pieceSize: about how many bytes of entries are held in memory.
    ///   - pause: what ``pause()`` gave of the same listing, where it is gone on with.
    package init(
        store: any ObjectStore,
        vault: VaultID,
        run: RunID,
        pieceSize: Int = 8 << 20,
        after pause: Pause? = nil
    ) {
        self.store = store
        self.vault = vault
        self.run = run
        self.pieceSize = pieceSize
        if let pause { (pieces, merged, piecesMade) = (pause.pieces, pause.merged, pause.made) }
    }

    /// Takes one entry.
    ///
    /// - Throws: what the store throws.
    package mutating func add(_ entry: Entry) async throws {
        entries.append(entry)
        sizeEstimate += entry.path.rawValue.utf8.count + (entry.previousPath?.rawValue.utf8.count ?? 0) + 200
        if sizeEstimate >= pieceSize { try await putAside() }
    }

    /// Puts aside what is in memory, so that the listing goes on in another call.
    ///
    /// - Throws: `StoreUnavailable`, `Throttled`.
    package mutating func pause() async throws -> Pause {
        if !entries.isEmpty { try await putAside() }
        return Pause(pieces: pieces, merged: merged, made: piecesMade)
    }

    /// Writes the manifest. The pieces are deleted afterwards.
    ///
    /// - Parameters:
    ///   - key: where to; nil for where the run's manifest is.
    ///   - isWritten: is called before they are.
    /// - Returns: what it holds.
    /// - Throws: `StoreUnavailable`, `Throttled`; what `isWritten` throws.
    package mutating func finish(
        as key: ObjectKey? = nil,
        _ isWritten: () async throws -> Void = {}
    ) async throws -> Totals {
        let manifest = try key ?? KeyMapping.manifest(vault: vault, run: run)
        if pieces.isEmpty {
            entries.sort(by: Entry.precedes)
            let merge = MergedEntries([.memory(entries)])
            entries = []
            let written = try await write(merge, to: manifest)
            try await isWritten()
            return written
        }
        if !entries.isEmpty { try await putAside() }
        let written = try await write(merge(pieces), to: manifest)
        try await isWritten()
        try await store.delete(pieces + merged)
        (pieces, merged) = ([], [])
        return written
    }

    private mutating func putAside() async throws {
        entries.sort(by: Entry.precedes)
        let sorted = MergedEntries([.memory(entries)])
        entries = []
        sizeEstimate = 0
        try await addPiece(sorted)
        // Each piece that is merged holds a chunk in memory, so their number is bounded too.
        if pieces.count >= Self.mostPiecesAtOnce {
            let full = pieces
            pieces = []
            try await addPiece(merge(full))
            merged += full
        }
    }

    private mutating func addPiece(_ sorted: MergedEntries) async throws {
        piecesMade += 1
        let key = try KeyMapping.sortedPiece(piecesMade, vault: vault, run: run)
        _ = try await write(sorted, to: key)
        pieces.append(key)
    }

    private func merge(_ keys: [ObjectKey]) async throws -> MergedEntries {
        var sources: [MergedEntries.Source] = []
        for key in keys {
            guard let stream = try await store.read(key, from: 0) else {
                throw SyncError(.storeUnavailable, "a piece of the listing has vanished from the state prefix")
            }
            sources.append(.stored(JSONLinesReader(stream)))
        }
        return MergedEntries(sources)
    }

    private func write(_ merged: MergedEntries, to key: ObjectKey) async throws -> Totals {
        var merged = merged
        var totals = Totals()
        _ = try await StreamUpload(into: store, Self.upload).store(
            as: (key, ObjectAttributes(contentType: "application/x-ndjson"))
        ) {
            var lines: [UInt8] = []
            lines.reserveCapacity(65 << 10)
            while lines.count < 64 << 10, let entry = try await merged.next() {
                totals.add(entry)
                try encoder.append(entry, to: &lines)
            }
            return lines.isEmpty ? nil : lines
        }
        return totals
    }
}
