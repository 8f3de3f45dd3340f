package import SyncCore

/// The answer of the authenticator and the event of the lister: what a run carries from state to state.
///
/// It holds references only: never a token, a password, a file name or a signed URL.
///
///     {"run": "3f0e…", "request": {…}, "cursor": null, "redrives": 0}
package struct ListInput: Codable, Hashable, Sendable {
    /// The run.
    package var run: RunID
    /// What it was asked to do.
    package var request: SyncRequest
    /// Where the last call left off; nil at the start.
    package var cursor: String?
    /// How often the execution was redriven.
    package var redrives: Int?
    /// How often the run went back to the authenticator; handed on as it is.
    package var reauthentications: Int?

    /// Makes the event of a run's first call.
    package init(run: RunID, request: SyncRequest, cursor: String? = nil, redrives: Int? = nil) {
        self.run = run
        self.request = request
        self.cursor = cursor
        self.redrives = redrives
    }
}

/// The lister's answer.
///
///     {"next": "work", "batches": [{…}], "max_concurrent": 3, "cursor": "…", "run": "…", "request": {…}}
package struct ListOutput: Codable, Hashable, Sendable {
    /// Where the state machine goes from here.
    package enum Next: String, Codable, Sendable {
        /// To the downloaders with the batches, and then to the lister again.
        case work
        /// To a successor execution, because the history of this one grows long.
        case `continue`
        /// To the end: another run works on the vaults.
        case busy
        /// To the end, with the summary.
        case done
    }

    /// The run.
    package var run: RunID
    /// What it was asked to do.
    package var request: SyncRequest
    /// Where the next call goes on.
    package var cursor: String
    /// Where the state machine goes from here.
    package var next: Next
    /// The page: what the downloaders have to work off.
    package var batches: [BatchReference]
    /// How many of them may run at once.
    package var maxConcurrent: Int
    /// The name under which the successor is started; always the same for the same cursor.
    package var successor: String
    /// How often the run went back to the authenticator.
    package var reauthentications: Int
    /// The version of the secret whose token was used: the authenticator is told when that one is refused.
    package var secretVersion: String?
    /// The outcome, when `next` is `done` or `busy`.
    package var summary: Summary?

    private enum CodingKeys: String, CodingKey {
        case run, request, cursor, next, batches, successor, reauthentications, summary
        case maxConcurrent = "max_concurrent"
        case secretVersion = "secret_version"
    }
}
