import Foundation

/// Programs that lie beside the Python of the tests.
package enum TestTools {
    /// Their folder; nil where there is none.
    package static let folder = ProcessInfo.processInfo.environment["OBSYNC_TEST_TOOLS"]

    /// Whether one is there.
    package static func has(_ name: String) -> Bool {
        folder.map { FileManager.default.isExecutableFile(atPath: $0 + "/" + name) } ?? false
    }

    /// Serves the folders of a folder as buckets with `rclone serve s3` while `body` runs; the keys are `testing` and `testing`.
    ///
    /// - Parameters:
    ///   - folder: holds a folder for each bucket.
    ///   - body: is given the address of the store.
    /// - Throws: what `body` throws, or the error of starting rclone.
    package static func withRclone(
        serving folder: String,
        _ body: (_ endpoint: String) async throws -> Void
    ) async throws {
        let process = Process()
        process.executableURL = URL(filePath: (Self.folder ?? "") + "/rclone")
        process.arguments = [
            "serve", "s3", "--addr", "127.0.0.1:0", "--auth-key", "testing,testing", "--config", "/nonexistent", folder,
        ]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        let log = ProgramText(pipe)
        try await process.whileRunning {
            let text = try await log.text { address(in: $0) != nil }
            guard let endpoint = address(in: text) else { throw CocoaError(.executableLoad) }
            try await body(endpoint)
        }
    }

    private static func address(in log: String) -> String? {
        guard let start = log.range(of: "http://127."), let end = log[start.upperBound...].firstIndex(of: "/") else {
            return nil
        }
        return String(log[start.lowerBound..<end])
    }
}
