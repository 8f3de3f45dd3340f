/// Numbers the events of an execution and hands them on one after another, whichever branch they come from.
actor EventRecorder {
    /// How many events an execution may have, as Step Functions limits it.
    static let limit = 25_000

    private let clock: any InterpreterClock
    private let observe: @Sendable (HistoryEvent) async -> Void
    private var lastID = 0
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(clock: any InterpreterClock, observe: @escaping @Sendable (HistoryEvent) async -> Void) {
        self.clock = clock
        self.observe = observe
    }

    /// Records an event and returns when it has been observed.
    ///
    /// The turn is kept while the observer runs: an actor alone would let the next event overtake it.
    ///
    /// - Returns: The number of the event.
    /// - Throws: `StateFailure` named `States.Runtime` when there would be no number left for the last event.
    func record(
        _ type: HistoryEventType,
        after previous: Int,
        _ details: HistoryEvent.Details = HistoryEvent.Details()
    ) async throws -> Int {
        await takeTurn()
        defer { passTurn() }
        guard lastID < Self.limit - 1 else {
            throw StateFailure(
                error: .runtime,
                cause: "The execution reached the maximum number of history events (\(Self.limit))."
            )
        }
        return await number(type, after: previous, details)
    }

    /// Records the last event of the execution.
    func recordEnd(_ type: HistoryEventType, _ details: HistoryEvent.Details) async {
        await takeTurn()
        defer { passTurn() }
        _ = await number(type, after: lastID, details)
    }

    private func number(
        _ type: HistoryEventType,
        after previous: Int,
        _ details: HistoryEvent.Details
    ) async -> Int {
        lastID += 1
        let id = lastID
        let event = HistoryEvent(
            id: id,
            previousEventID: previous,
            type: type,
            timestamp: clock.now(),
            details: details
        )
        await observe(event)
        return id
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
