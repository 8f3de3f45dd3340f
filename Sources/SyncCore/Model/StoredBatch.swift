/// A batch as it lies in the state store. Batches are small: at most some hundred entries.
package struct StoredBatch: Sendable {
    /// What holds for all of it.
    package let header: BatchHeader
    /// What there is to do.
    package let entries: [Entry]

    /// The error of a batch that is not there.
    package static var vanished: SyncError {
        SyncError(.storeUnavailable, "the batch has vanished from the state prefix")
    }

    private init(header: BatchHeader, entries: [Entry]) {
        self.header = header
        self.entries = entries
    }

    /// Reads a batch.
    ///
    /// - Throws: `StoreUnavailable` when it is not there or not whole.
    package init(_ key: ObjectKey, in store: any ObjectStore) async throws {
        guard let batch = try await Self.find(key, in: store) else { throw Self.vanished }
        self = batch
    }

    /// Reads a batch; nil when it is not there.
    ///
    /// - Throws: `StoreUnavailable` when it is not whole.
    package static func find(_ key: ObjectKey, in store: any ObjectStore) async throws -> StoredBatch? {
        guard let stream = try await store.read(key, from: 0) else { return nil }
        var bytes: [UInt8] = []
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) { bytes += chunk }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first else {
            throw SyncError(.storeUnavailable, "the batch is empty")
        }
        return StoredBatch(
            header: try FunctionJSON.decode(BatchHeader.self, from: first),
            entries: try lines.dropFirst().map { try FunctionJSON.decode(Entry.self, from: $0) }
        )
    }
}
