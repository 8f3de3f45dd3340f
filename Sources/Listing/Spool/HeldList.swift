import Checksums
import SyncCore

/// The list of deletions that are held back: kept from run to run, so that the cursor need not wait for them.
///
/// It lies sorted by path under the id of the set. A lister that does not find it any more lists the vault from the beginning.
struct HeldList: Sendable {
    private static let atOnce = 100
    private static let upload = UploadSettings(
        multipartThreshold: UploadSettings.smallestPart,
        partSize: UploadSettings.smallestPart,
        partsInFlight: 1
    )

    private let context: PassContext

    init(_ context: PassContext) {
        self.context = context
    }

    /// Writes what the pieces of this pass name.
    ///
    /// - Returns: the set; it was written under its id.
    func write(pieces: Int) async throws -> HeldDeletions {
        let draft = try KeyMapping.heldDraft(vault: context.vault.id, run: context.run)
        var writer = ManifestWriter(store: context.state, vault: context.vault.id, run: context.run)
        for piece in stride(from: 1, through: pieces, by: 1) {
            var reader = try await GoneSpool.read(piece, from: 0, context)
            while let entry = try await reader.next()?.value {
                if entry.kind == .deletion { try await writer.add(entry) }
            }
        }
        _ = try await writer.finish(as: draft)
        let held = try await digest(draft)
        try await copy(draft, to: try KeyMapping.held(held.id, vault: context.vault.id))
        try await context.state.delete([draft])
        return held
    }

    /// Whether somebody has let a set pass by its id: the set itself, or one that held all of its files and more.
    func contains(_ held: HeldDeletions, approved id: String, _ known: HeldDeletions?) async throws -> Bool {
        if held.id == id { return true }
        guard known?.id == id, var before = try await read(id), var now = try await read(held.id) else { return false }
        var looked = try await before.next()?.value.path
        while let path = try await now.next()?.value.path {
            while let one = looked, one < path { looked = try await before.next()?.value.path }
            guard looked == path else { return false }
        }
        return true
    }

    /// The list of a set; nil where it is not there any more.
    func read(_ id: String) async throws -> JSONLinesReader<Entry>? {
        try await context.state.read(try KeyMapping.held(id, vault: context.vault.id), from: 0)
            .map { JSONLinesReader<Entry>($0) }
    }

    /// Throws the list of a set away.
    func remove(_ id: String) async {
        // What stays behind is found by nobody, and costs next to nothing.
        if let key = try? KeyMapping.held(id, vault: context.vault.id) { _ = try? await context.state.delete([key]) }
    }

    private func digest(_ key: ObjectKey) async throws -> HeldDeletions {
        guard let stream = try await context.state.read(key, from: 0) else { throw vanished }
        var reader = JSONLinesReader<Entry>(stream)
        var hasher = SHA256Hasher()
        hasher.update(Array(context.vault.id.rawValue.utf8))
        var files = 0
        while true {
            let lines = try await reader.next(upTo: Self.atOnce)
            if lines.isEmpty { break }
            files += lines.count
            // No path holds a zero byte, so that no two lists read alike.
            for line in lines { hasher.update([0] + Array(line.value.path.rawValue.utf8)) }
        }
        return HeldDeletions(id: String(hasher.hexDigest().prefix(HeldDeletions.digits)), files: files)
    }

    private func copy(_ from: ObjectKey, to key: ObjectKey) async throws {
        guard let stream = try await context.state.read(from, from: 0) else { throw vanished }
        var chunks = stream.makeAsyncIterator()
        _ = try await StreamUpload(into: context.state, Self.upload).store(
            as: (key, ObjectAttributes(contentType: ContentType.of(key)))
        ) { try await chunks.next(isolation: nil) }
    }

    private var vanished: SyncError {
        SyncError(.storeUnavailable, "the run's list of deletions has vanished from the state prefix")
    }
}
