/// One function that can be invoked locally.
package struct FunctionSpecification: Equatable, Sendable {
    /// The processes of a function without reserved concurrency; the service's own default is for a whole account.
    package static let defaultConcurrency = 10

    /// The name by which it is invoked.
    package var name: String
    /// The path of its executable.
    package var executablePath: String
    /// The memory in MB that the function is told it has; not enforced.
    package var memorySizeInMegabytes: Int
    /// The time-out of one invocation; a process that exceeds it is killed.
    package var timeout: Duration
    /// How many invocations may run at once; `nil` means ``defaultConcurrency``.
    package var reservedConcurrency: Int?
    /// Variables that are set beside the inherited ones; they win over those.
    package var environment: [String: String]

    /// Makes a specification.
    package init(
        name: String,
        executablePath: String,
        memorySizeInMegabytes: Int = 128,
        timeout: Duration = .seconds(3),
        reservedConcurrency: Int? = nil
    ) {
        self.name = name
        self.executablePath = executablePath
        self.memorySizeInMegabytes = memorySizeInMegabytes
        self.timeout = timeout
        self.reservedConcurrency = reservedConcurrency
        self.environment = [:]
    }

    /// How many processes the function may have at once.
    var concurrency: Int { reservedConcurrency ?? Self.defaultConcurrency }

    /// The ARN by which the function is told that it was invoked.
    var arn: String { "arn:aws:lambda:us-east-1:000000000000:function:\(name)" }

    /// The variables of one process of the function.
    ///
    /// - Parameters:
    ///   - inherited: the variables of this process.
    ///   - runtimeAPIPort: the loopback port of the process's own Runtime API.
    /// - Returns: all variables that the process is started with.
    func processEnvironment(inherited: [String: String], runtimeAPIPort: Int) -> [String: String] {
        var result = ["AWS_REGION": "us-east-1"]
        result.merge(inherited) { $1 }
        if result["AWS_DEFAULT_REGION"] == nil { result["AWS_DEFAULT_REGION"] = result["AWS_REGION"] }
        result.merge(environment) { $1 }
        result["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:\(runtimeAPIPort)"
        result["AWS_LAMBDA_FUNCTION_NAME"] = name
        result["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST"
        result["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = String(memorySizeInMegabytes)
        result["AWS_LAMBDA_FUNCTION_TIMEOUT"] = String(max(1, timeout.components.seconds))
        return result
    }
}
