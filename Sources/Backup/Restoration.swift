package import Checksums
package import Clocks
package import SyncCore

/// Writes the files of a mirror, as they are or as they were, into an empty place.
///
/// A file becomes visible when its bytes are proven to be those of the version that is meant. Files that are there
/// already with the right bytes stay, so a restore that was interrupted goes on.
package struct Restoration: Sendable {
    /// How a restore goes about it.
    package struct Settings: Sendable {
        /// Which version of each file is meant.
        package var selection: VersionSelection
        /// Which files.
        package var files: FileSelection
        /// How many files are copied at once.
        package var filesAtOnce: Int
        /// How bodies are cut into parts.
        package var upload: UploadSettings
        /// Which names the target cannot hold apart.
        package var folding: NameFolding
        /// Whether only what would be done is told.
        package var isDryRun: Bool

        /// Makes settings.
        package init(
            selection: VersionSelection = .present,
            files: FileSelection = FileSelection(nil),
            filesAtOnce: Int = 4,
            upload: UploadSettings = UploadSettings(),
            folding: NameFolding = [],
            isDryRun: Bool = false
        ) {
            self.selection = selection
            self.files = files
            self.filesAtOnce = max(filesAtOnce, 1)
            self.upload = upload
            self.folding = folding
            self.isDryRun = isDryRun
        }
    }

    /// What becomes of one file.
    package enum Event: Sendable {
        /// It is written, or would be.
        case restored(FileVersion, as: VaultPath)
        /// It was there already.
        case present(FileVersion, as: VaultPath)
        /// It could not be restored.
        case failed(FileVersion, SyncError)
    }

    /// What a restore comes to.
    package struct Summary: Hashable, Sendable {
        /// Files that were written, or would be.
        package var restored = 0
        /// Their bytes.
        package var bytes: Int64 = 0
        /// Files that were there already.
        package var present = 0
        /// Files of which no checksum is known, so that only the size could be compared.
        package var sizeOnly = 0
        /// Files that could not be restored.
        package var failed = 0
        /// Files that got another name because the target cannot hold theirs beside that of a twin.
        package var renamed = 0
        /// Files that were asked for and of which any version is known, whatever the moment.
        package var known = 0
        /// Since when the mirror holds any of the files that were asked for, whatever the moment; nil where nobody noted it.
        package var earliest: Timestamp?

        /// Makes an empty summary.
        package init() {}
    }

    private let history: any VersionHistory
    private let target: any ObjectStore
    private let settings: Settings
    private let makeHasher: MakeContentHasher

    /// Makes a restore.
    ///
    /// - Parameters:
    ///   - history: what the mirror holds and held.
    ///   - target: where the files go.
    ///   - settings: which files, and how.
    ///   - makeHasher: makes SHA-256 hashers.
    package init(
        from history: any VersionHistory,
        to target: any ObjectStore,
        _ settings: Settings,
        makeHasher: @escaping MakeContentHasher
    ) {
        self.history = history
        self.target = target
        self.settings = settings
        self.makeHasher = makeHasher
    }

    /// Restores a vault.
    ///
    /// - Parameters:
    ///   - vault: the vault.
    ///   - folder: the folder of the target that its files go to; empty for the target itself.
    ///   - report: is told of every file, one after the other.
    /// - Returns: what it comes to.
    /// - Throws: `StoreUnavailable` and `Throttled` when the history or the target fails; one file that cannot be read
    ///   costs only itself.
    package func callAsFunction(
        _ vault: MirroredVault,
        into folder: String,
        report: (Event) async throws -> Void
    ) async throws -> Summary {
        var names = RestoredNames(folding: settings.folding)
        var summary = Summary()
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            var running = 0
            for try await page in history.files(of: vault) {
                for file in page where settings.files.contains(file.path) {
                    summary.note(file)
                    guard let version = settings.selection(file) else {
                        if let replacement = settings.selection.replacement(in: file) {
                            try await summary.note(Outcome(event: .failed(replacement, .overwritten)), report)
                        }
                        continue
                    }
                    let path = names.path(for: file.path)
                    if running == settings.filesAtOnce, let outcome = try await group.next() {
                        running -= 1
                        try await summary.note(outcome, report)
                    }
                    running += 1
                    let earlier = file.versions.filter(\.isFromSource).prefix { $0 != version }
                    group.addTask { try await restore(version, else: Array(earlier), as: path, into: folder) }
                }
            }
            for try await outcome in group { try await summary.note(outcome, report) }
        }
        return summary
    }

    fileprivate struct Outcome: Sendable {
        var event: Event
        var isProven = true
    }

    private func restore(
        _ listed: FileVersion,
        else earlier: [FileVersion],
        as path: VaultPath,
        into folder: String
    ) async throws -> Outcome {
        do {
            let key = try ObjectKey(folder.isEmpty ? path.rawValue : folder + "/" + path.rawValue)
            let version = try await marked(listed, else: earlier)
            if let size = try await sizeInTarget(key), size == version.size,
                let verdict = try await verdict(on: key, version), verdict != .different
            {
                return Outcome(event: .present(version, as: path), isProven: verdict == .proven)
            }
            if settings.isDryRun { return Outcome(event: .restored(version, as: path)) }
            let isProven = try await write(version, to: key)
            return Outcome(event: .restored(version, as: path), isProven: isProven)
        } catch let error as SyncError where error.isAboutOneFile {
            return Outcome(event: .failed(listed, error))
        }
    }

    /// The version with all that is known of it, or the newest one before it that came from the source: somebody may have put
    /// something else in the place of an object. Where a store keeps no marks, the version itself.
    private func marked(_ listed: FileVersion, else earlier: [FileVersion]) async throws -> FileVersion {
        let version = try await history.details(of: listed)
        guard version.isMarked == false else { return version }
        for candidate in earlier.reversed() {
            // What was deleted before the other came is not meant.
            if candidate.ending == .deleted { break }
            let other = try await history.details(of: candidate)
            if other.isMarked == true { return other }
        }
        return version
    }

    private func sizeInTarget(_ key: ObjectKey) async throws -> Int64? {
        do {
            return try await target.head(key)?.size
        } catch  where settings.isDryRun {
            // The target need not be there yet.
            return nil
        }
    }

    /// Whether the target holds the bytes of a version; nil when it holds no such file.
    private func verdict(on key: ObjectKey, _ version: FileVersion) async throws -> Digest.Verdict? {
        guard let stream = try await target.read(key, from: 0) else { return nil }
        var builder = DigestBuilder(makeHasher)
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) { builder.update(chunk) }
        return builder.digest.verdict(of: version)
    }

    private func write(_ version: FileVersion, to key: ObjectKey) async throws -> Bool {
        guard let stream = try await history.read(version, from: 0) else {
            throw SyncError(.sourceGone, "the bytes of a version are not in the history any more")
        }
        var builder = DigestBuilder(makeHasher)
        var chunks = stream.makeAsyncIterator()
        var verdict = Digest.Verdict.different
        _ = try await StreamUpload(into: target, settings.upload).store(
            as: (key, ObjectAttributes(contentType: ContentType.of(key), mtime: version.mtime)),
            expecting: version.size,
            verify: { _ in
                verdict = builder.digest.verdict(of: version)
                guard verdict != .different else {
                    throw SyncError(.corruptContent, "the stored bytes are not those that were mirrored then")
                }
            },
            pull: {
                guard let chunk = try await chunks.next(isolation: nil) else { return nil }
                builder.update(chunk)
                return chunk
            }
        )
        return verdict == .proven
    }
}

extension Digest {
    fileprivate func verdict(of version: FileVersion) -> Verdict {
        verdict(size: version.size, sha256: version.sha256, crc64nvme: version.crc64nvme)
    }
}

extension SyncError {
    fileprivate static var overwritten: SyncError {
        SyncError(
            .sourceGone,
            "somebody changed the file in the mirror, so what it held then is not kept; ls --versions shows what is"
        )
    }

    /// Whether the error keeps one file from being restored, and says nothing about the others.
    fileprivate var isAboutOneFile: Bool {
        switch name {
        case .corruptContent, .nameRefused, .sourceGone, .tooLarge: true
        default: false
        }
    }
}

extension Restoration.Summary {
    fileprivate mutating func note(_ file: FileVersions) {
        known += 1
        let first = file.versions.lazy.filter(\.isFromSource).compactMap(\.since).min()
        earliest = [earliest, first].compactMap(\.self).min()
    }

    fileprivate mutating func note(
        _ outcome: Restoration.Outcome,
        _ report: (Restoration.Event) async throws -> Void
    ) async throws {
        switch outcome.event {
        case .restored(let version, let path):
            restored += 1
            bytes += version.size
            if path != version.path { renamed += 1 }
        case .present(let version, let path):
            present += 1
            if path != version.path { renamed += 1 }
        case .failed: failed += 1
        }
        if !outcome.isProven { sizeOnly += 1 }
        try await report(outcome.event)
    }
}
