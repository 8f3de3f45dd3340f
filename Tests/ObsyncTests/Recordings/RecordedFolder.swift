import ArgumentParser
import Foundation
import GRDB
import Logging
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// A recorded folder, opened anew, and the provider that holds the same library.
struct RecordedFolder {
    let recording: Recording
    let folder: LocalFolder
    let environment: [String: String]
    /// What was asked of the provider so far.
    let fetched: @Sendable () -> Fetched
    /// What runs have told anybody.
    let tellings = Tellings()
    /// The files of the library by their paths in the mirror.
    let library: [VaultPath: [UInt8]]

    /// Bodies that the provider sent, or promised.
    struct Fetched: Equatable {
        var bodies: Int
        var bytes: Int64
    }

    /// Opens a recording in a new folder and runs `body`.
    static func with(_ name: String, _ body: (RecordedFolder) async throws -> Void) async throws {
        let recording = try Recording(name)
        let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: path) }
        let folder = LocalFolder(path.path(percentEncoded: false))
        try folder.prepare()
        let stage = recording.about.stage
        if recording.about.provider == "gopro" {
            let library = RecordedMedia.make(stage: stage)
            try await withGoProSimulator(library: library, logger: quietLogger) { server in
                let files = library.account().map { (VaultPath($0.path), $0.content.bytes(0..<$0.size)) }
                try await body(
                    RecordedFolder(
                        recording: recording,
                        folder: folder,
                        environment: GoProDemo.environment(server),
                        fetched: { Fetched(bodies: server.counters.bodies, bytes: server.counters.bytes) },
                        library: Dictionary(uniqueKeysWithValues: files)
                    ).opened(
                        Secret(["provider": .string("gopro"), "access_token": .string(library.issueCapturedToken())])
                    )
                )
            }
        } else {
            let library = try RecordedLibrary.make(stage: stage)
            try await withObsidianSimulator(library: library, logger: quietLogger) { server in
                try await body(
                    RecordedFolder(
                        recording: recording,
                        folder: folder,
                        environment: ["OBSIDIAN_API_URL": server.baseURL],
                        fetched: {
                            Fetched(bodies: server.counters.pulls, bytes: Int64(server.counters.bytesServed))
                        },
                        library: library.recordedFiles
                    ).opened(
                        // Whoever goes on with an execution does not sign in first, so a token that works is there.
                        DemoSource.sampleSecret
                            .setting(
                                .string(RecordedLibrary.journalPassword),
                                at: "vaults",
                                RecordedLibrary.journalID,
                                "password"
                            )
                            .setting(.string(library.issueToken()), at: "token", "value")
                    )
                )
            }
        }
    }

    private func opened(_ secret: Secret) throws -> RecordedFolder {
        try recording.restoreFolder(to: folder.path) { try #require(library[VaultPath($0)], "\($0)") }
        for database in ["records", "executions"] { try moveOn(folder.data + "/\(database).sqlite") }
        let isWritten = FileManager.default.createFile(
            atPath: folder.credentials,
            contents: Data(try secret.json),
            attributes: [.posixPermissions: 0o600]
        )
        try #require(isWritten)
        return self
    }

    /// Moves all moments in a database on.
    private func moveOn(_ path: String) throws {
        let recording = recording
        let movedOn = DatabaseFunction("moved_on", argumentCount: 1, pure: true) { values in
            switch values[0].storage {
            case .int64(let number): recording.movedOn(number)
            case .string(let text): Self.movedOn(text, recording)
            default: values[0]
            }
        }
        let database = try DatabaseQueue(path: path)
        try database.write { database in
            database.add(function: movedOn)
            let tables = try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb_%'"
            )
            for table in tables {
                let columns = try database.columns(in: table).map(\.name)
                let changes = columns.map { "\"\($0)\" = moved_on(\"\($0)\")" }.joined(separator: ", ")
                try database.execute(sql: "UPDATE \(table) SET \(changes)")
            }
        }
        try database.close()
    }

    /// A text that is a date as a whole, or one with moments in it.
    private static func movedOn(_ text: String, _ recording: Recording) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = try? Date(text, strategy: style) else { return recording.movedOn(text) }
        let moved = recording.movedOn(Int64((date.timeIntervalSince1970 * 1000).rounded()))
        return Date(timeIntervalSince1970: Double(moved) / 1000).formatted(style)
    }

    private var run: LocalRun {
        LocalRun(
            place: folder,
            credentials: folder.credentials,
            environment: environment,
            isQuiet: true,
            logger: tellings.logger
        )
    }

    /// Mirrors everything.
    func sync(complete: Bool = false) async throws -> Summary {
        var options = try RunOptions.parse([])
        options.complete = complete
        return try await sync(nil, options)
    }

    /// Mirrors one vault, or all.
    func sync(_ vault: String?, _ options: RunOptions) async throws -> Summary {
        let summary = try await run.run(vault: vault, options)
        try await expectInvariants()
        return summary
    }

    /// Goes on with the newest execution that can be redriven, or with one of that name.
    func redrive(_ name: String? = nil) async throws -> Summary {
        let summary = try await run.redrive(name)
        try await expectInvariants()
        return summary
    }

    private func expectInvariants() async throws {
        let vaults =
            recording.about.provider == "gopro"
            ? [("gopro", "")]
            : [
                (RecordedLibrary.journalID, RecordedLibrary.journalName),
                (RecordedLibrary.storeID, RecordedLibrary.storeName),
            ]
        try await folder.expectInvariants(of: vaults, secrets: library.keys.map(\.rawValue), told: tellings.take())
    }

    /// The files that are in the mirror, but for `.obsync`.
    func files() throws -> [VaultPath: [UInt8]] {
        var files: [VaultPath: [UInt8]] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
            guard !path.hasPrefix(".obsync") else { continue }
            let whole = folder.path + "/" + path
            let attributes = try FileManager.default.attributesOfItem(atPath: whole)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            files[VaultPath(path)] = Array(try #require(FileManager.default.contents(atPath: whole)))
        }
        return files
    }

    /// What is left in the folder of half-written files.
    func halfWritten() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.data + "/tmp")) ?? []
    }
}

extension SimulatedLibrary {
    /// The bytes of all files by their paths in the mirror.
    var recordedFiles: [VaultPath: [UInt8]] {
        var files: [VaultPath: [UInt8]] = [:]
        for vault in vaults {
            for file in vault.account().files {
                guard let content = vault.record(uid: file.uid)?.content else { continue }
                files[VaultPath("\(vault.configuration.name)/\(file.path)")] = content.bytes()
            }
        }
        return files
    }
}
