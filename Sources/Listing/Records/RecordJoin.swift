package import SyncCore

/// Walks the records of a vault beside the entries of its manifest, both in the order of their paths.
///
/// Only one page of records is in memory.
package struct RecordJoin {
    private var pages: any AsyncIteratorProtocol<[FileRecord], any Error>
    private var page: [FileRecord] = []
    private var position = 0
    private var isAtEnd = false
    /// Whether the walk was stopped before it came to the path that was asked for.
    package private(set) var isStopped = false

    /// Begins a walk.
    package init(_ records: any AsyncSequence<[FileRecord], any Error> & Sendable) {
        pages = records.makeAsyncIterator()
    }

    /// What the walk comes across.
    package enum Step: Sendable {
        /// A record that belongs to none of the entries.
        case passed(FileRecord)
        /// An entry, and its record where it has one.
        case met(Entry, FileRecord?)
    }

    /// Walks past entries that come next in the manifest.
    ///
    /// - Parameters:
    ///   - entries: by ascending path, after all that were walked past before.
    ///   - stop: is asked before each page of records but the first; true ends the walk.
    ///   - visit: is given entries and records in the order of their paths.
    /// - Throws: what reading records or `visit` throws.
    package mutating func walk(
        past entries: [Entry],
        stopping stop: () -> Bool = { false },
        visiting visit: (Step) async throws -> Void
    ) async throws {
        for entry in entries {
            var record: FileRecord?
            while record == nil {
                if position == page.count {
                    guard try await turnPage(stop) else { break }
                }
                let order = page[position].path.order(to: entry.path)
                if order > 0 { break }
                position += 1
                if order == 0 { record = page[position - 1] } else { try await visit(.passed(page[position - 1])) }
            }
            if isStopped { return }
            try await visit(.met(entry, record))
        }
    }

    /// Walks on after the last entry.
    ///
    /// - Parameters:
    ///   - stop: is asked before each page of records; true ends the walk.
    ///   - passed: is given every record that is left.
    /// - Throws: what reading records or `passed` throws.
    package mutating func rest(
        stopping stop: () -> Bool = { false },
        passing passed: (FileRecord) async throws -> Void
    ) async throws {
        while true {
            if position == page.count {
                guard try await turnPage(stop) else { return }
            }
            position += 1
            try await passed(page[position - 1])
        }
    }

    /// Reads the next page of records; false at the end, and where the walk was stopped.
    private mutating func turnPage(_ stop: () -> Bool) async throws -> Bool {
        if isAtEnd { return false }
        if !page.isEmpty, stop() {
            isStopped = true
            return false
        }
        page = try await pages.next(isolation: nil) ?? []
        position = 0
        isAtEnd = page.isEmpty
        return !isAtEnd
    }
}
