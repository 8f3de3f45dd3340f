import SyncCore

/// Collects entries into batches and writes them.
struct BatchWriter {
    private let context: PassContext
    private let header: BatchHeader
    private var number: Int
    private var entries: [Entry] = []
    private var bytes: Int64 = 0

    /// A batch that lies in the state store.
    struct Written: Hashable, Sendable {
        var reference: BatchReference
        /// The bytes of its files, as far as they are known.
        var bytes: Int64
    }

    /// Begins behind a batch.
    ///
    /// - Parameters:
    ///   - context: whose batches they are.
    ///   - plan: what stands in their headers.
    ///   - number: that of the last batch.
    init(_ context: PassContext, _ plan: RunState.VaultPlan, after number: Int) {
        self.context = context
        self.number = number
        header = BatchHeader(
            vault: context.vault,
            folder: context.folder,
            listedUpTo: plan.listing?.cursor,
            term: context.lease.term,
            mayHoldObjects: plan.mayHoldObjects
        )
    }

    /// What waits for its batch to be full.
    var waiting: PassCursor.Totals { .init(files: entries.count, bytes: bytes) }

    /// Adds an entry.
    ///
    /// - Returns: the batch that was full thereby, and is written.
    mutating func add(_ entry: Entry) async throws -> Written? {
        entries.append(entry)
        bytes += entry.size ?? 0
        let isFull = entries.count >= context.settings.batchSize || bytes >= context.settings.batchBytes
        return isFull ? try await flush() : nil
    }

    /// Writes what was collected as one batch.
    ///
    /// - Returns: the batch; nil where nothing was collected.
    mutating func flush() async throws -> Written? {
        guard !entries.isEmpty else { return nil }
        let key = try KeyMapping.batch(number + 1, vault: context.vault.id, run: context.run)
        let encoder = JSONLinesEncoder()
        var lines = try encoder.line(header)
        for entry in entries { try encoder.append(entry, to: &lines) }
        try await context.state.put(key, lines, ObjectAttributes(contentType: "application/x-ndjson"))
        number += 1
        defer { (entries, bytes) = ([], 0) }
        let reference = BatchReference(vaultID: context.vault.id, number: number, key: key, files: entries.count)
        return Written(reference: reference, bytes: bytes)
    }
}
