import Foundation
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// `obsync demo` as a process whose destination is a small file system of its own, where this user may mount one.
@Suite("a disk that is full", .tags(.integration), .enabled(if: getuid() == 0))
struct FullDiskTests {
    private func run(_ script: String, in folder: String) async throws -> ProgramOutcome {
        let environment = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "FOLDER": folder,
            "OBSYNC": try #require(BuiltProducts.url(of: "obsync"), "obsync is not built").path,
        ]
        return try await Process.outcome(
            of: URL(filePath: "/usr/bin/unshare"),
            ["-m", "/bin/sh", "-c", "exec 2>&1; " + script],
            environment: environment
        )
    }

    @Test("ends the run at once with the cause; the next run, with more room, goes on", .timeLimit(.minutes(5)))
    func full() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // 80: no file system may be mounted here, which is no fault of ours.
        let script = """
            mount -t tmpfs -o size=2m tmpfs "$FOLDER" || exit 80
            "$OBSYNC" demo --dest "$FOLDER/demo"; [ $? = 74 ] || exit 1
            mount -o remount,size=60m "$FOLDER"
            "$OBSYNC" demo --dest "$FOLDER/demo" || exit 2
            "$OBSYNC" verify --dest "$FOLDER/demo" || exit 3
            """
        let outcome = try await run(script, in: folder)
        if outcome.status == 80 { return }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("no space left on \(folder)/demo (0 of 2.1 MB free)"))
        #expect(outcome.output.contains("394 of 394 files are as they were stored"))
    }
}
