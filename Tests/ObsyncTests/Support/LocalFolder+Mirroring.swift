import ArgumentParser
import Foundation
import LocalAdapters
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

extension LocalFolder {
    /// Makes the folder, with credentials in it.
    func prepare(with secret: Secret) throws {
        try prepare()
        let isWritten = FileManager.default.createFile(
            atPath: credentials,
            contents: Data(try secret.json),
            attributes: [.posixPermissions: 0o600]
        )
        try #require(isWritten)
    }

    /// Mirrors into the folder, with whatever deletions there are.
    func mirror(from server: ObsidianSimulator, isComplete: Bool) async throws -> Summary {
        var options = try RunOptions.parse([])
        (options.complete, options.allowDeletions) = (isComplete, .all)
        var run = LocalRun(
            place: self,
            credentials: credentials,
            environment: ["OBSIDIAN_API_URL": server.baseURL],
            isQuiet: true,
            logger: quietLogger
        )
        // However full the disk of the tests is.
        run.history.freeShare = 0
        return try await run.run(vault: nil, options)
    }
}
