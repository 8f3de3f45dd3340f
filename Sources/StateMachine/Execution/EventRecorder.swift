/// An event before it has a number.
struct NewEvent: Sendable {
    let type: HistoryEventType
    var details = HistoryEvent.Details()
}

/// Numbers the events of an execution and hands them on one after another, whichever branch they come from.
actor EventRecorder {
    /// How many events an execution may have, as Step Functions limits it.
    static let limit = 25_000

    private let clock: any InterpreterClock
    private let keep: @Sendable ([HistoryEvent]) async throws -> Void
    private let observe: @Sendable (HistoryEvent) async -> Void
    private var lastID: Int
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        clock: any InterpreterClock,
        lastID: Int = 0,
        keep: @escaping @Sendable ([HistoryEvent]) async throws -> Void = { _ in },
        observe: @escaping @Sendable (HistoryEvent) async -> Void
    ) {
        self.clock = clock
        self.lastID = lastID
        self.keep = keep
        self.observe = observe
    }

    /// Records events of one line of execution that follow each other, all or none, and returns when they are kept and
    /// have been observed.
    ///
    /// The turn is kept meanwhile: an actor alone would let the next event overtake them.
    ///
    /// - Returns: The number of the last of them.
    /// - Throws: `StateFailure` named `States.Runtime` when there would be no number left for the execution's last
    ///   event, or the events cannot be kept.
    func record(_ events: [NewEvent], of line: [Int], after previous: Int) async throws -> Int {
        await takeTurn()
        defer { passTurn() }
        let room = Self.limit - 1 - lastID
        let last = try await number(events.prefix(room), of: line, after: previous)
        guard room >= events.count else {
            throw StateFailure(
                error: .runtime,
                cause: "The execution reached the maximum number of history events (\(Self.limit))."
            )
        }
        return last
    }

    /// Records the last event of the execution.
    func recordEnd(_ event: NewEvent) async throws {
        await takeTurn()
        defer { passTurn() }
        _ = try await number([event], of: [], after: lastID)
    }

    private func number(_ events: ArraySlice<NewEvent>, of line: [Int], after previous: Int) async throws -> Int {
        var previous = previous
        let now = clock.now()
        let numbered = events.enumerated().map { offset, event in
            defer { previous = lastID + offset + 1 }
            return HistoryEvent(
                id: lastID + offset + 1,
                previousEventID: previous,
                type: event.type,
                timestamp: now,
                line: line,
                details: event.details
            )
        }
        do {
            try await keep(numbered)
        } catch {
            throw StateFailure(error: .runtime, cause: "The history of the execution cannot be kept.")
        }
        lastID += numbered.count
        for event in numbered { await observe(event) }
        return previous
    }

    private func takeTurn() async {
        guard isBusy else {
            isBusy = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func passTurn() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}
