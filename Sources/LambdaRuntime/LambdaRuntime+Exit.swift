import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension LambdaRuntime {
    /// Runs and ends the process: with status 0 after SIGTERM or SIGINT, else with status 1 and one log line that
    /// says why.
    ///
    /// For `main.swift`; the line goes through the configured logger, on standard error by default.
    package func runUntilExit() async -> Never {
        do {
            try await run()
            exit(0)
        } catch {
            let report = (error as? LambdaRuntimeError)?.report ?? configuration.describe(error)
            configuration.logger.critical(
                "function stopped",
                metadata: ["error.type": "\(report.errorType)", "error.message": "\(report.errorMessage)"]
            )
            exit(1)
        }
    }
}
