import FoundationEssentials
package import Logging

/// How local functions are run.
package struct LocalLambdaOptions: Sendable {
    /// The port of the Invoke API; 0 takes any free one.
    package var port: Int
    /// The variables that functions inherit.
    package var environment: [String: String]
    /// How long a process may take from its start to its first question for an event.
    package var startLimit: Duration
    /// How long a process may go on after SIGTERM before it is killed.
    package var terminationGrace: Duration
    /// Measures time-outs.
    package var clock: any Clock<Duration>
    /// Told what the scope does, at `debug`.
    package var logger: Logger
    /// Given each line that a function writes.
    package var output: @Sendable (FunctionOutputLine) -> Void

    /// Makes options with the service's own start limit of 10 seconds.
    ///
    /// - Parameters:
    ///   - port: the port of the Invoke API; 0 takes any free one.
    ///   - environment: the variables that functions inherit.
    ///   - logger: told what the scope does.
    ///   - output: given each line that a function writes.
    package init(
        port: Int = 0,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        logger: Logger,
        output: @escaping @Sendable (FunctionOutputLine) -> Void = { _ in }
    ) {
        self.port = port
        self.environment = environment
        self.startLimit = .seconds(10)
        self.terminationGrace = .seconds(2)
        self.clock = ContinuousClock()
        self.logger = logger
        self.output = output
    }
}
