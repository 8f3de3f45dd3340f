import GRDB
import Synchronization

/// Writes that come while another one is under way, and then share a transaction: each transaction takes locks of the file and
/// wakes threads, which costs more than the write of a small row.
final class SharedWrites: Sendable {
    /// One write: it tells whether anything has changed.
    typealias Write = @Sendable (Database) throws -> Bool

    private struct Waiting: Sendable {
        var write: Write
        var end: CheckedContinuation<Bool, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var isWriting = false
    }

    private let state = Mutex(State())

    /// Writes, and returns when that is committed.
    ///
    /// - Throws: what `write` or the commit throws; one that fails costs those beside it nothing.
    func callAsFunction(in database: DatabasePool, _ write: @escaping Write) async throws -> Bool {
        try await withCheckedThrowingContinuation { end in
            let begins = state.withLock { state in
                state.waiting.append(Waiting(write: write, end: end))
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if begins { database.asyncWriteWithoutTransaction { self.writeAll($0) } }
        }
    }

    private func writeAll(_ database: Database) {
        while true {
            let writes = state.withLock { state in
                defer { state.waiting = [] }
                state.isWriting = !state.waiting.isEmpty
                return state.waiting
            }
            if writes.isEmpty { return }
            if writes.count > 1, commit(writes, database) == nil { continue }
            for write in writes {
                if let error = commit([write], database) { write.end.resume(throwing: error) }
            }
        }
    }

    /// Commits writes together; nobody is told when that fails.
    ///
    /// - Returns: why it failed, if it did.
    private func commit(_ writes: [Waiting], _ database: Database) -> (any Error)? {
        do {
            var changes: [Bool] = []
            try database.inTransaction(.immediate) {
                changes = try writes.map { try $0.write(database) }
                return .commit
            }
            for (write, hasChanged) in zip(writes, changes) { write.end.resume(returning: hasChanged) }
            return nil
        } catch {
            return error
        }
    }
}
