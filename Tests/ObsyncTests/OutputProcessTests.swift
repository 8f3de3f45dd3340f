import Foundation
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// Whoever stops reading what a command prints stops nothing else.
@Suite("output that nobody takes", .tags(.integration))
struct OutputProcessTests {
    @Test("a closed pipe does not stop a run: it ends as it would", .timeLimit(.minutes(5)))
    func closedPipe() async throws {
        try await withMirror { folder, provider in
            let sync = "$OBSYNC sync --dest \(folder.path) --credentials \(folder.credentials)"
            let outcome = try await ObsyncProcess.run(
                script: "set -o pipefail; \(sync) 2>&1 | true; exit ${PIPESTATUS[0]}",
                environment: ["OBSIDIAN_API_URL": provider.baseURL]
            )
            #expect(outcome.status == 0)
            let executions = try await KeptExecutions(in: folder).store.executions(status: nil, limit: 10)
            #expect(executions.map(\.status) == [.succeeded])
        }
    }

    @Test("a full disk under the output does not stop a command either", .timeLimit(.minutes(5)))
    func fullDisk() async throws {
        try await withMirror { folder, provider in
            let environment = ["OBSIDIAN_API_URL": provider.baseURL]
            let sync = "$OBSYNC sync --dest \(folder.path) --credentials \(folder.credentials)"
            let outcome = try await ObsyncProcess.run(
                script: "\(sync) >/dev/full 2>/dev/full && $OBSYNC status --dest \(folder.path) >/dev/full",
                environment: environment
            )
            #expect(outcome.status == 0)
            let closed = try await ObsyncProcess.run(
                script: "$OBSYNC status --dest \(folder.path) >&- 2>&-; $OBSYNC --help >/dev/full",
                environment: environment
            )
            #expect(closed.status == 0)
        }
    }
}

/// A folder with the sample account's credentials, and the service that they are good for.
func withMirror(
    _ library: SimulatedLibrary? = nil,
    _ body: @escaping @Sendable (LocalFolder, ObsidianSimulator) async throws -> Void
) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: path) }
    let folder = LocalFolder(path.path(percentEncoded: false))
    try folder.prepare()
    try DemoSource(place: folder).writeCredentials()
    let served = try library ?? SampleLibrary.make()
    try await withObsidianSimulator(library: served, logger: quietLogger) { server in
        try await body(folder, server)
    }
}
