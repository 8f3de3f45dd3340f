package import SyncCore

/// What the records say of one vault's mirror: how much of what is known at the source is mirrored, and what is not.
package struct VaultCensus: Sendable {
    /// Files and their bytes.
    package struct Totals: Hashable, Sendable {
        /// How many.
        package var files = 0
        /// Their bytes, as far as they are known.
        package var bytes: Int64 = 0

        fileprivate mutating func add(_ record: FileRecord) {
            files += 1
            bytes += record.size ?? 0
        }
    }

    /// Files whose present version is mirrored.
    package private(set) var mirrored = Totals()
    /// Files that are there at the source.
    package private(set) var known = Totals()
    /// Files that were tried and are not mirrored: the first ones by path.
    package private(set) var failures: [FileRecord] = []
    /// How many of those there are.
    package private(set) var failureCount = 0

    private let mostFailures: Int
    /// What somebody has left out is missed by nobody.
    private var filter: CompiledFilter?

    /// Begins with nothing.
    ///
    /// - Parameter mostFailures: how many failures are kept.
    package init(mostFailures: Int) {
        self.mostFailures = mostFailures
    }

    /// Counts the records of a vault, a page at a time.
    ///
    /// - Parameters:
    ///   - vault: the vault.
    ///   - records: where its records are.
    ///   - mostFailures: how many failures are kept.
    /// - Returns: what they say.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    package static func take(
        of vault: VaultID,
        in records: any RecordStore,
        mostFailures: Int = 100
    ) async throws -> VaultCensus {
        var census = VaultCensus(mostFailures: mostFailures)
        census.filter = CompiledFilter(try await records.state(of: vault)?.filter ?? PathFilter())
        var pages = records.allRecords(in: vault, after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            for record in page { census.count(record) }
        }
        return census
    }

    /// Counts one record.
    package mutating func count(_ record: FileRecord) {
        if record.status != .completed, filter?.lets(record.path, version: record.version) == false { return }
        switch record.status {
        case .deleted:
            return
        case .completed:
            known.add(record)
            mirrored.add(record)
        case .inProgress:
            known.add(record)
        case .failed:
            known.add(record)
            note(record)
        case .skipped:
            if record.isMissed { known.add(record) }
            note(record)
        }
    }

    private mutating func note(_ record: FileRecord) {
        failureCount += 1
        if failures.count < mostFailures { failures.append(record) }
    }
}
