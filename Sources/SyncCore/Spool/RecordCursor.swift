/// Walks a sorted sequence of records beside a sorted sequence of entries.
struct RecordCursor {
    private var iterator: any AsyncIteratorProtocol<FileRecord, any Error>
    private var current: FileRecord?
    private var isStarted = false

    init(_ records: any AsyncSequence<FileRecord, any Error> & Sendable) {
        iterator = records.makeAsyncIterator()
    }

    /// The next record whose path comes before `path`, or nil when there is none; nil as `path` means all that are left.
    ///
    /// A record at `path` itself is passed over.
    mutating func next(before path: VaultPath?) async throws -> FileRecord? {
        if !isStarted {
            isStarted = true
            current = try await iterator.next(isolation: nil)
        }
        guard let record = current else { return nil }
        if let path {
            guard record.path <= path else { return nil }
            current = try await iterator.next(isolation: nil)
            return record.path == path ? try await next(before: path) : record
        }
        current = try await iterator.next(isolation: nil)
        return record
    }
}
