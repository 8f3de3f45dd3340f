/// What is measured: names, units and dimensions, as alarms and dashboards go by them.
///
/// Every metric has the dimension ``deploymentDimension`` and is published under it alone; one with a
/// ``breakdown`` is published a second time under both.
package enum MetricName: String, CaseIterable, Sendable {
    /// Files that were stored and verified.
    case filesSynced = "FilesSynced"
    /// Bytes of content that were read from the provider, also of files that came to nothing.
    case bytesTransferred = "BytesTransferred"
    /// From asking for a file's content to its last byte; where it is piped into the store, until it is stored.
    case transferDuration = "TransferDuration"
    /// Bytes of a file's content by the time that they took, of files from 1 MiB on.
    case transferThroughput = "TransferThroughput"
    /// From asking for a file's content to its first bytes.
    case timeToFirstByte = "TimeToFirstByte"
    /// Files that are not stored in spite of all rounds of a run, and vaults that were passed over.
    case syncFailures = "SyncFailures"
    /// Files, batches and invocations that failed and were tried again within the run: a token that was renewed, a request
    /// that was repeated. What fails for good counts as ``syncFailures`` in the end.
    case recoveries = "Recoveries"
    /// How long ago a vault was complete for the last time, one value a vault and pass: 0 where it is now.
    case lastCompleteAge = "LastCompleteAge"
    /// Files of a vault that are to be fetched again, one value a vault and pass.
    case filesPending = "FilesPending"
    /// How long the oldest of them has been waiting; no value where none waits.
    case oldestPendingAge = "OldestPendingAge"
    /// Files that are not mirrored, deletions that are held back and vaults that left the account: one value a run that came to
    /// its end.
    case attentionNeeded = "AttentionNeeded"
    /// The most memory that the process has held so far, as Lambda reports it; one value an invocation.
    case memoryUsed = "MemoryUsed"
    /// How long the token is still good, where that is known.
    case tokenHoursLeft = "TokenHoursLeft"
    /// Runs that could not be authenticated and will not be without somebody's help.
    case authenticationFailures = "AuthenticationFailures"
    /// New tokens that were stored.
    case tokenRefreshes = "TokenRefreshes"
    /// Alerts that could not be delivered.
    case alertsFailed = "AlertsFailed"

    /// The namespace of all of them.
    package static let namespace = "Obsync"
    /// The dimension that tells deployments apart.
    package static let deploymentDimension = "Deployment"

    /// Units, as CloudWatch spells them.
    package enum Unit: String, Sendable {
        case none = "None"
        case count = "Count"
        case bytes = "Bytes"
        case megabytes = "Megabytes"
        case bytesPerSecond = "Bytes/Second"
        case milliseconds = "Milliseconds"
        case seconds = "Seconds"
    }

    /// The unit of its values.
    package var unit: Unit {
        switch self {
        case .filesSynced, .syncFailures, .recoveries, .filesPending, .authenticationFailures, .tokenRefreshes,
            .alertsFailed, .attentionNeeded:
            .count
        case .bytesTransferred: .bytes
        case .transferDuration, .timeToFirstByte: .milliseconds
        case .transferThroughput: .bytesPerSecond
        case .oldestPendingAge, .lastCompleteAge: .seconds
        case .memoryUsed: .megabytes
        case .tokenHoursLeft: .none
        }
    }

    /// The dimension by which it is also published beside the deployment; its values are stable error names.
    package var breakdown: String? {
        switch self {
        case .syncFailures: "ErrorType"
        case .authenticationFailures: "Cause"
        default: nil
        }
    }
}
