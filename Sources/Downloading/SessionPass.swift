import Logging
import SyncCore

/// What one session fetches: file after file, as many at once as the source gives and as there is room for.
struct SessionPass {
    private let context: TransferContext
    private let journal: FileJournal
    private let session: any VaultSession
    private var admission: Admission
    /// What ended the fetching of something, so that the session is not to be trusted any more.
    private var broken: SyncError?
    private(set) var ledger: BatchLedger

    /// A file that is no longer under way.
    private struct Finished: Sendable {
        var entry: Entry
        var weight: Admission.Weight
        var pace: AdaptiveLimit.Pace
        var result: TransferResult
    }

    private typealias Files = ThrowingTaskGroup<Finished, any Error>

    init(_ session: any VaultSession, ledger: BatchLedger, _ context: TransferContext, _ journal: FileJournal) {
        self.session = session
        self.ledger = ledger
        self.context = context
        self.journal = journal
        admission = Admission(bytesLimit: context.settings.bytesInFlight)
    }

    /// A source that gives one body at a time gives it here, while earlier files are being stored.
    private var isSequential: Bool { session.concurrentFetches <= 1 }

    /// How many files may be under way now.
    private var slots: Int {
        min(isSequential ? context.settings.storesInFlight : session.concurrentFetches, context.limit.current)
    }

    /// Fetches and stores what is open, until the deadline.
    ///
    /// - Throws: the error of the session when it broke; what concerns more than one file.
    mutating func fetchAll() async throws {
        // Only locals can go into the group's closure.
        var pass = self
        defer { self = pass }
        try await withThrowingTaskGroup(of: Finished.self) { group in
            for entry in pass.ledger.open {
                let weight = pass.weight(of: entry)
                try await pass.makeRoom(for: weight, &group)
                if pass.context.time.isLate || pass.broken != nil { break }
                try await pass.begin(entry, weight, &group)
            }
            for try await finished in group { try await pass.note(finished) }
        }
        if let broken = pass.broken { throw broken }
    }

    private func weight(of entry: Entry) -> Admission.Weight {
        let upload = context.settings.upload
        // Of a source with many bodies at once, what has no size may be in as many ranges as a large file.
        let size = entry.size ?? (isSequential ? Int64(upload.multipartThreshold) : .max)
        guard size > Int64(upload.multipartThreshold) else { return .init(slots: 1, bytes: Int(size)) }
        // Ranges are piped through: each holds a few chunks.
        return isSequential
            ? .init(slots: 1, bytes: upload.bufferLimit)
            : .init(slots: min(context.rangesInFlight(of: session), slots), bytes: upload.partsInFlight << 20)
    }

    private mutating func makeRoom(for weight: Admission.Weight, _ group: inout Files) async throws {
        while !admission.isIdle, !admission.admits(weight, slots: slots) || !context.governor.isOpen,
            let finished = try await group.next()
        {
            admission.leave(finished.weight)
            try await note(finished)
        }
    }

    private mutating func begin(_ entry: Entry, _ weight: Admission.Weight, _ group: inout Files) async throws {
        let transfer = transfer(of: entry)
        let pace = context.limit.pace
        if isSequential {
            switch try await transfer.fetchInTime(session) {
            case .result(let result):
                try await note(Finished(entry: entry, weight: weight, pace: pace, result: result))
            case .toStore(let body):
                admission.enter(weight)
                group.addTask {
                    Finished(entry: entry, weight: weight, pace: pace, result: try await transfer.storeInTime(body))
                }
            }
        } else {
            admission.enter(weight)
            group.addTask { [session] in
                switch try await transfer.fetchInTime(session) {
                case .result(let result):
                    Finished(entry: entry, weight: weight, pace: pace, result: result)
                case .toStore(let body):
                    Finished(entry: entry, weight: weight, pace: pace, result: try await transfer.storeInTime(body))
                }
            }
        }
    }

    private func transfer(of entry: Entry) -> FileTransfer {
        FileTransfer(entry: entry, known: ledger.known[entry.path], context: context, journal: journal)
    }

    private mutating func note(_ finished: Finished) async throws {
        switch finished.result {
        case .settled(let outcome):
            if case .failed(.throttled) = outcome {
                context.limit.throttled(at: finished.pace)
            } else {
                context.limit.succeeded()
            }
            ledger.note(outcome, for: finished.entry.path)
        case .unfinished(let parts):
            ledger.noteParts(parts, of: finished.entry.path)
            ledger.putOff(finished.entry.path)
        case .broke(let error, let parts):
            if error.name == .throttled { context.limit.throttled(at: finished.pace) }
            // Parts of a content that is no longer there are of no use to anybody.
            if error.detail != .contentChanged { ledger.noteParts(parts, of: finished.entry.path) }
            broken = broken ?? error
            // One that never answers has cost a minute already.
            let breaks = error.detail == .sourceSilent ? 1 : context.settings.breaksPerFile
            if ledger.noteBreak(at: finished.entry.path) >= breaks {
                let known = try await journal.record(of: finished.entry.path)
                ledger.note(try await transfer(of: finished.entry).fail(error, known), for: finished.entry.path)
            }
        }
    }
}
