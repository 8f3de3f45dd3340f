import Subprocess
import SystemPackage

/// A child of this process, from its start to its end.
struct ChildProcess: Sendable {
    /// How it ended.
    enum End: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    let executablePath: String
    let environment: [String: String]
    /// How long it may go on after SIGTERM before SIGKILL.
    let grace: Duration

    /// Runs the child to its end.
    ///
    /// Signals go to this child alone, by its own id. It is a process group of its own, so that an interrupt from the
    /// terminal reaches it through this process only, in order.
    ///
    /// - Parameters:
    ///   - killed: an element means that the child is killed at once.
    ///   - output: is given each line that the child writes.
    /// - Returns: how the child ended.
    /// - Throws: an error of the start.
    func run(
        killed: AsyncStream<Void>,
        output: @escaping @Sendable (FunctionOutputLine.Stream, String) -> Void
    ) async throws -> End {
        var platformOptions = PlatformOptions()
        platformOptions.processGroupID = 0
        platformOptions.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: grace)]
        let variables = environment.reduce(into: [Environment.Key: String]()) { result, variable in
            if let key = Environment.Key(rawValue: variable.key) { result[key] = variable.value }
        }
        let result = try await Subprocess.run(
            .path(FilePath(executablePath)),
            environment: .custom(variables),
            platformOptions: platformOptions,
            input: .none,
            output: .sequence,
            error: .sequence
        ) { execution in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in killed { try? execution.send(signal: .kill) }
                }
                async let standardOutput: Void = Self.forward(execution.standardOutput) { output(.standardOutput, $0) }
                async let standardError: Void = Self.forward(execution.standardError) { output(.standardError, $0) }
                _ = await (standardOutput, standardError)
                group.cancelAll()
            }
        }
        return switch result.terminationStatus {
        case .exited(let status): .exited(status)
        case .signaled(let number): .signalled(number)
        }
    }

    /// Passes lines on until the child closes the stream; lines above 128 KiB are passed on in pieces.
    private static func forward(_ stream: SubprocessOutputSequence, to output: (String) -> Void) async {
        do {
            var lines = LineSplitter(limit: 128 * 1024)
            for try await chunk in stream {
                chunk.withUnsafeBytes { lines.append($0) { output($0) } }
            }
            lines.finish { output($0) }
        } catch {
            // The stream was closed with the child or by cancellation; there is nothing more to pass on.
        }
    }
}
