import FoundationEssentials
package import Logging

/// What a runtime needs beside its handler.
package struct LambdaRuntimeConfiguration: Sendable {
    /// The variables of the process; `AWS_LAMBDA_RUNTIME_API` and `LOCAL_LAMBDA_PORT` are read.
    package var environment: [String: String]
    /// The function's time-out, from which deadlines of the local server are made.
    package var functionTimeout: Duration
    /// The logger that contexts are given a copy of.
    package var logger: Logger
    /// Turns an error of a handler, or of making it, into what the platform is told.
    package var describe: @Sendable (any Error) -> LambdaErrorReport

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - environment: the variables of the process.
    ///   - functionTimeout: the function's time-out.
    ///   - logger: a logger; by default JSON lines on standard error at the level of `LOG_LEVEL`.
    ///   - describe: the mapping of errors; by default the error's type alone is told.
    package init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        functionTimeout: Duration = .seconds(30),
        logger: Logger? = nil,
        describe: @escaping @Sendable (any Error) -> LambdaErrorReport = { LambdaErrorReport(describing: $0) }
    ) {
        self.environment = environment
        self.functionTimeout = functionTimeout
        self.logger =
            logger
            ?? Logger(label: "lambda") { _ in
                JSONLogHandler(logLevel: JSONLogHandler.level(named: environment["LOG_LEVEL"]))
            }
        self.describe = describe
    }
}
