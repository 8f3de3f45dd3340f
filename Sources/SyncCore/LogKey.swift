/// The keys of log metadata: one spelling each.
package enum LogKey {
    /// The execution of the state machine.
    package static let execution = "execution.id"
    /// The run.
    package static let run = "run.id"
    /// The vault.
    package static let vault = "vault.id"
    /// A batch's number within its vault's pass.
    package static let batch = "batch"
    /// How many batches a page has.
    package static let batches = "batches"
    /// Where the state machine goes from here.
    package static let next = "next"
    /// The version of a file, which names it to its owner and to nobody else.
    package static let itemVersion = "item.version"
    /// The stable name of an error.
    package static let errorType = "error.type"
    /// The other side's code for an error.
    package static let errorReason = "error.reason"
    /// What lies beneath an error; at `debug` only.
    package static let errorCause = "error.cause"
    /// Which attempt it was, from 1.
    package static let attempt = "attempt"
    /// Whether a batch is worked off.
    package static let status = "status"
    /// Entries of a listing.
    package static let entries = "entries"
    /// Files.
    package static let files = "files"
    /// Parts of one large file.
    package static let parts = "parts"
    /// Bytes.
    package static let bytes = "bytes"
    /// Files that failed.
    package static let failed = "failed"
    /// Files that cannot be stored.
    package static let skipped = "skipped"
    /// Why a token is renewed, or why people are told.
    package static let cause = "cause"
    /// The version of the secret.
    package static let secretVersion = "secret.version"
}
