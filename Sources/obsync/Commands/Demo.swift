import ArgumentParser
import Foundation
import SyncCore

/// A built-in provider with a sample library. ``all`` is the one list of them.
struct Demo: Sendable {
    /// Where a demo mirrors to, and how.
    struct Call: Sendable {
        let place: any MirrorPlace
        let environment: [String: String]
        /// Whether something is changed at the source first.
        let edit: Bool
        let options: RunOptions
        let output: OutputOptions
        let interruption: Interruption

        /// Runs the pipeline against a built-in provider.
        ///
        /// - Parameters:
        ///   - address: what is told of it.
        ///   - variables: lead to it.
        /// - Returns: what came of the run.
        /// - Throws: what a run throws.
        func run(against address: String, _ variables: [String: String]) async throws -> Summary {
            if !output.isQuiet { StandardStreams.error("The built-in provider listens on \(address)") }
            let run = LocalRun(
                place: place,
                credentials: place.credentials,
                environment: environment.merging(variables) { $1 },
                isQuiet: output.isQuiet,
                logger: try output.makeLogger(),
                interruption: interruption
            )
            return try await run.run(vault: nil, options)
        }
    }

    /// The provider's name.
    let name: String
    /// Where the files go where nobody says.
    let folder: String
    /// Whether the sample library can be changed.
    let canEdit: Bool
    /// Mirrors the sample library.
    let run: @Sendable (Call) async throws -> Summary

    static let all: [Demo] = [.obsidian, .gopro]
}

extension Demo: ExpressibleByArgument {
    init?(argument: String) {
        guard let demo = Self.all.first(where: { $0.name == argument }) else { return nil }
        self = demo
    }

    static var allValueStrings: [String] { all.map(\.name) }

    var defaultValueDescription: String { name }
}

extension MirrorPlace {
    /// Writes a sample account's credentials, which only this user can read.
    func write(_ secret: Secret) throws {
        let isWritten = FileManager.default.createFile(
            atPath: credentials,
            contents: Data(try secret.json),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else {
            throw SyncError(.invalidInput, "nothing can be written to the folder; name another one with --dest")
        }
    }
}
