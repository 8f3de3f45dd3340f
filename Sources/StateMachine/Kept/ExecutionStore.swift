/// Where executions are kept with their histories.
///
/// Writing is all or nothing, durable against the death of the process when the call returns, and not to be stopped by
/// cancelling the surrounding task: what an execution was told is what a redrive knows.
package protocol ExecutionStore: Sendable {
    /// Keeps a new execution with its first event.
    ///
    /// - Returns: Whether the name was free; nothing is changed when it was not.
    func create(_ execution: ExecutionRecord, first event: HistoryEvent) async throws -> Bool

    /// Adds events to an execution's history, and applies them to its record.
    func append(_ events: [HistoryEvent], to name: String) async throws

    /// An execution, or `nil` when there is none of that name.
    func execution(named name: String) async throws -> ExecutionRecord?

    /// The newest executions, the newest first.
    ///
    /// - Parameters:
    ///   - status: Only those of this status, where it is given.
    ///   - limit: How many at most.
    /// - Returns: The executions.
    /// - Throws: When the store cannot be read.
    func executions(status: ExecutionStatus?, limit: Int) async throws -> [ExecutionRecord]

    /// Events of an execution in the order of their numbers.
    ///
    /// - Parameters:
    ///   - name: The execution.
    ///   - id: The number after which they begin.
    ///   - limit: How many at most.
    /// - Returns: The events; none when there are no more.
    /// - Throws: When the store cannot be read.
    func events(of name: String, after id: Int, limit: Int) async throws -> [HistoryEvent]

    /// Forgets executions that ended before a point in time.
    func removeExecutions(endedBefore time: Timestamp) async throws

    /// Executions that have ended and are kept with their histories, the newest first.
    func wholeExecutions() async throws -> [ExecutionRecord]

    /// Forgets how executions came to their ends: their events and definitions. What they were started with and how they
    /// ended stays.
    ///
    /// - Parameter names: Executions that have ended.
    /// - Throws: When the store cannot be written.
    func condense(_ names: [String]) async throws
}

extension ExecutionStore {
    /// Goes through the whole history of an execution, a page at a time.
    ///
    /// - Parameters:
    ///   - name: The execution.
    ///   - body: Is given each event.
    /// - Throws: What the store or `body` throws.
    package func forEachEvent(of name: String, _ body: (HistoryEvent) throws -> Void) async throws {
        var last = 0
        while true {
            let page = try await events(of: name, after: last, limit: 1000)
            guard let end = page.last else { return }
            for event in page { try body(event) }
            last = end.id
        }
    }
}
