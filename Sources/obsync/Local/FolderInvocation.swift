import ArgumentParser
import Clocks
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import Pipeline
import SyncCore

/// One call of one function over a folder, in this process: what the state machine does at each of its steps.
struct FolderInvocation {
    let folder: LocalFolder
    /// What `--credentials` says.
    let credentials: String?

    /// Calls the function.
    ///
    /// - Returns: its answer; of a function that failed, what Lambda reports: `{"errorType": …, "errorMessage": …}`.
    /// - Throws: `InvalidInput` without credentials, `StoreUnavailable` where another process works on the folder.
    func invoke(_ function: PipelineFunction, _ event: Data) async throws -> (text: String, isError: Bool) {
        let environment = ProcessInfo.processInfo.environment
        let place = CredentialsPlace(option: credentials, environment: environment, folder: folder)
        let file = try place.required()
        try folder.prepare()
        guard case .taken(let lock) = try FolderLock.take(path: folder.data + "/lock", now: SystemClock().now) else {
            throw SyncError(.storeUnavailable, "a run works on \(folder.path) at this moment; wait until it has ended")
        }
        defer { withExtendedLifetime(lock) {} }
        let logger = try LogOptions.parse([]).makeLogger()
        return try await withTransport(environment) { transport in
            let pipeline = try await folder.pipeline(
                credentials: file,
                environment: environment,
                executor: transport,
                trouble: DestinationTrouble(path: folder.path),
                observe: { _ in }
            )
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
