import Foundation
import NIOPosix

/// Runs programs of this machine, such as a `credential_process` and the AWS CLI.
package enum ProgramRunner {
    private static let outputLimit = 1 << 20

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - arguments: the program, looked up in `PATH` where it has no slash, and its arguments.
    ///   - environment: its variables.
    ///   - limit: after this long it is ended.
    /// - Returns: its exit status and what it printed, up to a mebibyte; nil when there is no such program.
    /// - Throws: the error of starting it.
    package static func run(
        _ arguments: [String],
        environment: [String: String],
        limit: Duration = .seconds(60)
    ) async throws -> (status: Int32, output: [UInt8])? {
        guard let name = arguments.first, let program = find(name, environment["PATH"] ?? "") else { return nil }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = Array(arguments.dropFirst())
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        return try await withThrowingTaskGroup(of: (Int32, [UInt8])?.self) { group in
            group.addTask {
                try await NIOThreadPool.singleton.runIfActive {
                    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
                    process.waitUntilExit()
                    return (process.terminationStatus, Array(output.prefix(outputLimit)))
                }
            }
            group.addTask {
                // A task that is cancelled, because the program has ended or its caller has no patience, ends it too.
                try? await Task.sleep(for: limit)
                // One that was started with the usual signals ignored would not end by those.
                if process.isRunning { kill(process.processIdentifier, SIGKILL) }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            return nil
        }
    }

    /// The path of a program that may be run; nil when there is none.
    private static func find(_ name: String, _ path: String) -> String? {
        let candidates = name.contains("/") ? [name] : path.split(separator: ":").map { $0 + "/" + name }
        return candidates.first { candidate in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder) && !isFolder.boolValue
                && FileManager.default.isExecutableFile(atPath: candidate)
        }
    }
}
