import ArgumentParser
import Clocks
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import Pipeline
import SyncCore

/// One call of one function over a folder or a bucket, in this process: what the state machine does at each of its steps.
struct PlaceInvocation {
    let place: any MirrorPlace
    /// What `--credentials` says.
    let credentials: String?

    /// Calls the function.
    ///
    /// - Returns: its answer; of a function that failed, what Lambda reports: `{"errorType": …, "errorMessage": …}`.
    /// - Throws: `InvalidInput` without credentials or for a bucket of another machine, `StoreUnavailable` where another process
    ///   works on the place.
    func invoke(_ function: PipelineFunction, _ event: Data) async throws -> (text: String, isError: Bool) {
        let environment = ProcessInfo.processInfo.environment
        let file = try CredentialsPlace(option: credentials, environment: environment, place: place).required()
        _ = try place.prepare(environment: environment)
        guard case .taken(let lock) = try FolderLock.take(path: place.lock, now: SystemClock().now) else {
            throw SyncError(.storeUnavailable, "a run works on \(place.name) at this moment; wait until it has ended")
        }
        defer { withExtendedLifetime(lock) {} }
        let logger = try LogOptions.parse([]).makeLogger()
        return try await withTransport(environment) { transport in
            let connection = place.connection(environment, transport, logger)
            let pipeline = try await place.pipeline(credentials: file, connection)
            _ = try await place.markWiped(try SQLiteRecordStore(path: place.records), connection)
            _ = try await place.claim(pipeline, ClaimTerms(), connection)
            let deadline = pipeline.clock.now.advanced(by: function.timeout - .seconds(30))
            do {
                let answer = try await pipeline.run(function, event: event, deadline: deadline, logger: logger)
                return (String(decoding: answer, as: UTF8.self), false)
            } catch let error as SyncError {
                let cause = FailureCause(errorType: error.name.rawValue, errorMessage: error.message)
                return (String(decoding: try FunctionJSON.encode(cause), as: UTF8.self), true)
            }
        }
    }
}
