import Foundation
import LocalAdapters
import StateMachine
import SyncCore

/// The executions that are kept of a mirror.
struct KeptExecutions: Sendable {
    /// For how long executions are kept after their end, as Step Functions keeps them.
    private static let retention: Duration = .seconds(90 * 24 * 3600)
    private static let most = 1000
    /// How many events are kept of successful executions, those of the newest not counted: some four megabytes.
    private static let mostEvents = 5000

    let store: any ExecutionStore
    /// What a command line adds to name the mirror.
    let place: String
    private let clock = SystemInterpreterClock()

    init(_ store: any ExecutionStore) {
        self.store = store
        place = ""
    }

    /// Opens what is kept of a mirror.
    ///
    /// - Throws: `InvalidInput` when nothing is.
    init(in place: some MirrorPlace) throws {
        guard FileManager.default.fileExists(atPath: place.executions) else {
            throw SyncError(
                .invalidInput,
                "no executions of \(place.name) are kept here; name the folder or bucket of a mirror with --dest"
            )
        }
        store = try SQLiteExecutionStore(path: place.executions)
        self.place = "--dest \(place.name.shellQuoted)"
    }

    /// The execution of that name.
    ///
    /// - Throws: `InvalidInput` when there is none.
    func named(_ name: String) async throws -> ExecutionRecord {
        guard let record = try await store.execution(named: name) else {
            throw SyncError(
                .invalidInput,
                "there is no execution \(name.printable); obsync executions list\(place.isEmpty ? "" : " \(place)") shows all"
            )
        }
        return record
    }

    /// The executions that it makes sense to redrive, the newest first: those that no newer run has done the work of.
    func redrivable() async throws -> [ExecutionRecord] {
        let now = clock.now()
        return try await store.executions(status: nil, limit: Self.most)
            .prefix { $0.status != .succeeded }
            .filter { $0.obstacleToRedrive(now: now) == nil }
    }

    /// All executions that a redrive takes, whether it makes sense or not.
    private func takenByRedrive() async throws -> [ExecutionRecord] {
        let now = clock.now()
        return try await store.executions(status: nil, limit: Self.most)
            .filter { $0.obstacleToRedrive(now: now) == nil }
    }

    /// The ids of the runs that a redrive would go on with.
    func redrivableRuns() async throws -> Set<String> {
        Set(try await takenByRedrive().map { $0.input["run"]?.string ?? $0.name })
    }

    /// Forgets executions that ended long ago, and of most others how they came to their ends: of runs that had nothing to
    /// do, of successful ones but the newest, and of failed ones that are too old for a redrive.
    ///
    /// The newest execution stays as it is.
    func tidyUp() async throws {
        let now = clock.now()
        try await store.removeExecutions(endedBefore: now.advanced(by: .zero - Self.retention))
        var events = 0
        let condensed = try await store.wholeExecutions().dropFirst().filter { record in
            guard record.status == .succeeded else { return record.obstacleToRedrive(now: now) != nil }
            if record.isIdle { return true }
            events += record.lastEventID
            return events > Self.mostEvents
        }
        try await store.condense(condensed.map(\.name))
    }
}

extension ExecutionRecord {
    /// Whether it was a run that had nothing to do.
    fileprivate var isIdle: Bool {
        guard status == .succeeded, let output,
            let summary = try? FunctionJSON.decode(Summary.self, from: output.jsonText.utf8)
        else { return false }
        return summary.success && summary.filesCount == 0 && summary.failed == 0 && summary.errors.isEmpty
            && summary.vaults.allSatisfy { $0.deleted == 0 }
    }

    /// Whether it counts as running although its process is gone.
    var isOrphan: Bool {
        guard status == .running, let process else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// The status as it is shown: that of an orphan is what the next command that works on the folder makes of it.
    var shownStatus: ExecutionStatus { isOrphan ? .aborted : status }
}
