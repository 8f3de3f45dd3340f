package import Foundation

/// Runs work that blocks on a thread of its own. Tasks have as many threads as the machine has cores, and no more come when
/// those wait.
package func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// What came of a program.
package struct ProgramOutcome: Sendable {
    /// The exit status, or the signal that ended it.
    package var status: Int32
    /// What it wrote to standard output.
    package var output: String
    /// What it wrote to standard error, where that was read.
    package var error: String

    /// The lines of its standard output.
    package var lines: [String] { output.split(separator: "\n").map(String.init) }
}

extension Process {
    /// Runs a program from its beginning to its end.
    package static func outcome(
        of executable: URL,
        _ arguments: [String],
        environment: [String: String]
    ) async throws -> ProgramOutcome {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        return try await process.outcome(output, error)
    }

    /// Reads what a program writes until it has ended; both streams at once, for a full one would stop it.
    package func outcome(_ output: Pipe, _ error: Pipe) async throws -> ProgramOutcome {
        let (text, complaints) = (ProgramText(output), ProgramText(error))
        try await ended()
        return ProgramOutcome(
            status: terminationStatus,
            output: try await text.text { _ in false },
            error: try await complaints.text { _ in false }
        )
    }

    /// Waits until it has ended.
    package func ended() async throws { try await onOwnThread { self.waitForEnd() } }

    /// Blocks the thread until it has ended. Foundation's own way asks over and over again, and takes a whole core for that.
    package func waitForEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(processIdentifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        // It is Foundation that takes note of the end.
        waitUntilExit()
    }

    /// Starts it, and ends it when `body` is done.
    package func whileRunning<Result>(_ body: () async throws -> Result) async throws -> Result {
        try run()
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        terminate()
        // Whoever was started with the signal ignored does not end by it.
        for _ in 0..<100 where isRunning { try? await Task.sleep(for: .milliseconds(50)) }
        if isRunning { kill(processIdentifier, SIGKILL) }
        try await ended()
        return try result.get()
    }
}

/// What a program writes while it runs, read by a thread of its own from the beginning: a full pipe would stop the program.
package final class ProgramText: @unchecked Sendable {
    // Everything below is touched only while `condition` is locked.
    private let condition = NSCondition()
    private var data = Data()
    private var isOver = false

    /// Begins to read.
    package init(_ pipe: Pipe) {
        Thread.detachNewThread { self.read(pipe.fileHandleForReading) }
    }

    private func read(_ handle: FileHandle) {
        while true {
            let some = handle.availableData
            condition.withLock {
                data += some
                isOver = some.isEmpty
                condition.broadcast()
            }
            if some.isEmpty { return }
        }
    }

    /// All that came so far, once that is enough, or the program has ended.
    package func text(until isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
        try await onOwnThread { [self] in
            condition.withLock {
                while true {
                    let text = String(decoding: data, as: UTF8.self)
                    if isOver || isEnough(text) { return text }
                    condition.wait()
                }
            }
        }
    }

    /// All that the program writes until its end, by lines.
    package func lines() async throws -> [String] {
        try await text { _ in false }.split(separator: "\n").map(String.init)
    }
}
