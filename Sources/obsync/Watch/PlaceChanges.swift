import Clocks
import HTTPTransport
import LocalAdapters
import Logging
import Pipeline
import SyncCore

/// Tells when something changes in the vaults of a mirror.
struct PlaceChanges: Sendable {
    let place: any MirrorPlace
    let credentials: String
    let environment: [String: String]
    let logger: Logger

    /// How long a vault is left alone whose socket broke, at first and at most.
    private static let pauses = Backoff(first: .seconds(5), longest: .seconds(300))

    /// Waits for a change, or for as long as nothing changes.
    ///
    /// - Parameters:
    ///   - names: the ids or names of the vaults that matter; empty for all that are mirrored.
    ///   - told: changes that were told before, by the cursors that they lie behind.
    ///   - limit: how long to wait.
    /// - Returns: the vault that has changed, and the cursor that the change lies behind; nil when the time is over.
    /// - Throws: `CancellationError`; what keeps the records and credentials from being read.
    func next(
        of names: [String],
        besides told: [VaultID: SourceCursor],
        within limit: Duration
    ) async throws -> (VaultID, SourceCursor)? {
        let cursors = try await cursors(of: names).filter { told[$0.0] != $0.1 }
        return try await withTransport(environment) { transport in
            let connection = place.connection(environment, transport, logger)
            let pipeline = try await place.pipeline(credentials: credentials, connection)
            return try await withThrowingTaskGroup(of: (VaultID, SourceCursor)?.self) { group in
                group.addTask {
                    try await Task.sleep(for: limit)
                    return nil
                }
                for (vault, cursor) in cursors {
                    group.addTask {
                        try await wait(for: vault, cursor, pipeline)
                        return (vault, cursor)
                    }
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        }
    }

    private func cursors(of names: [String]) async throws -> [(VaultID, SourceCursor)] {
        let records = try SQLiteRecordStore(path: place.records)
        var cursors: [(VaultID, SourceCursor)] = []
        for id in try await records.vaults() where id != .account {
            guard let state = try await records.state(of: id), let cursor = state.cursor, state.isForgotten != true,
                names.isEmpty || names.contains(id.rawValue) || state.name.map(names.contains) == true
            else { continue }
            cursors.append((id, cursor))
        }
        return cursors
    }

    /// Returns when the vault has changed. What keeps the change from being told is tried again; the runs say what is wrong.
    private func wait(for vault: VaultID, _ cursor: SourceCursor, _ pipeline: Pipeline) async throws {
        var attempt = 1
        while true {
            do {
                let secret = try await pipeline.secrets.current().secret
                let provider = try pipeline.providers.named(in: secret)
                let isChanged = try await provider.withLibrary(secret, logger: logger) { source in
                    try await source.waitForChange(in: vault, since: cursor)
                }
                if isChanged { return }
                // This provider tells of no changes.
                try await Task.sleep(for: .seconds(1 << 30))
            } catch let error as SyncError {
                logger.info("changes of a vault not told", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
                try await Task.sleep(for: max(Self.pauses.wait(after: attempt), error.retryAfter ?? .zero))
                attempt += 1
            }
        }
    }
}
