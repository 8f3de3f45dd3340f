package import Clocks
package import SyncCore

/// One line of what is in a mirror.
///
///     {"path":"Notes/a.md","state":"mirrored","size":1206,"mtime":1770399182173,"sha256":"9f86…"}
package struct CatalogueLine: Codable, Hashable, Sendable {
    /// Where a file stands.
    package enum State: String, Codable, Sendable {
        /// The mirror holds it.
        case mirrored
        /// The mirror held it; a newer version took its place.
        case replaced
        /// It was deleted at the source.
        case deleted
        /// It was deleted at the source, and the mirror goes on holding it.
        case kept
        /// Somebody changed it in the mirror; these are their bytes.
        case edited
        /// It stood where a file of the mirror belongs.
        case inTheWay = "in_the_way"
        /// It could not be fetched; every later run tries again.
        case failed
        /// It is on its way.
        case pending
        /// It cannot be mirrored: its name is refused, or it is gone at the source.
        case refused
    }

    /// The file's path in the vault.
    package var path: VaultPath
    /// Where it stands.
    package var state: State
    /// Size in bytes, where it is known.
    package var size: Int64?
    /// When the content was last changed at the source, in milliseconds since 1970.
    package var mtime: Timestamp?
    /// Lower-case hexadecimal SHA-256, where it is known.
    package var sha256: String?
    /// Since when the mirror held this version, where it is known.
    package var since: Timestamp?
    /// Until when; nil for what it holds now.
    package var until: Timestamp?
    /// The stable name of what went wrong.
    package var error: String?

    /// The line of a record.
    init(_ record: FileRecord) {
        path = record.path
        state =
            switch record.status {
            case .completed: .mirrored
            case .failed: .failed
            case .inProgress: .pending
            case .skipped: .refused
            case .deleted: record.isStored ? .kept : .deleted
            }
        size = record.size
        mtime = record.mtime
        sha256 = record.sha256
        since = record.isStored ? record.lastSynced : nil
        error = record.lastError?.rawValue
    }

    /// The line of a version.
    init(_ version: FileVersion) {
        path = version.path
        state =
            switch version.ending {
            case nil: .mirrored
            case .changed: .replaced
            case .deleted: .deleted
            case .editedHere: .edited
            case .inTheWay: .inTheWay
            }
        size = version.size
        mtime = version.mtime
        sha256 = version.sha256
        since = version.since
        until = version.until
    }
}

/// Tells what is in a mirror, line by line.
package struct Catalogue: Sendable {
    /// What is asked for.
    package enum Question: Hashable, Sendable {
        /// What the mirror holds.
        case present
        /// What it held at a moment.
        case at(Timestamp)
        /// Every version that can still be read.
        case versions
        /// What the source has deleted.
        case deleted
        /// What is not mirrored, and why.
        case notMirrored
    }

    private let records: (any RecordStore)?
    private let history: any VersionHistory

    /// Makes a catalogue.
    ///
    /// - Parameters:
    ///   - records: what is known of the files; nil where only the history can tell.
    ///   - history: what the mirror holds and held.
    package init(_ records: (any RecordStore)?, _ history: any VersionHistory) {
        self.records = records
        self.history = history
    }

    /// Tells the files of a vault, by the bytes of their paths.
    ///
    /// - Parameters:
    ///   - vault: the vault.
    ///   - question: which files.
    ///   - files: among which.
    ///   - report: is told line after line.
    /// - Throws: `StoreUnavailable`, `Throttled`, and what `report` throws.
    package func callAsFunction(
        _ vault: MirroredVault,
        _ question: Question,
        _ files: FileSelection,
        report: (CatalogueLine) async throws -> Void
    ) async throws {
        switch question {
        case .present where records != nil: try await known(vault, files, report) { $0.isStored }
        case .deleted where records != nil: try await known(vault, files, report) { $0.status == .deleted }
        case .notMirrored:
            try await known(vault, files, report) {
                $0.status != .completed && $0.status != .deleted
            }
        case .versions: try await told(vault, files, report, \.versions)
        case .present: try await told(vault, files, report) { VersionSelection.present($0).map { [$0] } ?? [] }
        case .at(let moment):
            try await told(vault, files, report) { VersionSelection.at(moment)($0).map { [$0] } ?? [] }
        case .deleted:
            try await told(vault, files, report) { file in
                guard let last = file.versions.last, last.ending == .deleted else { return [] }
                return [last]
            }
        }
    }

    private func known(
        _ vault: MirroredVault,
        _ files: FileSelection,
        _ report: (CatalogueLine) async throws -> Void,
        where isMeant: (FileRecord) -> Bool
    ) async throws {
        guard let records, let id = vault.id else {
            throw SyncError(.invalidInput, "what is not mirrored stands in the records, and there are none here")
        }
        for try await page in records.allRecords(in: id, after: nil) {
            for record in page where isMeant(record) && files.contains(record.path) {
                // A group that has been taken apart since was no file.
                if record.isGroup == true, record.status == .deleted { continue }
                try await report(CatalogueLine(record))
            }
        }
    }

    private func told(
        _ vault: MirroredVault,
        _ files: FileSelection,
        _ report: (CatalogueLine) async throws -> Void,
        _ versions: (FileVersions) -> [FileVersion]
    ) async throws {
        for try await page in history.files(of: vault) {
            for file in page where files.contains(file.path) {
                for version in versions(file) { try await report(CatalogueLine(version)) }
            }
        }
    }
}
