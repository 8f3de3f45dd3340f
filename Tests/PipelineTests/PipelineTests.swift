import AWSClient
import CredentialFiles
import Foundation
import NIOCore
import Pipeline
import Simulators
import SyncCore
import Testing

@testable import obsync

/// The whole pipeline over sockets: provider, functions as processes, state machine, emulated AWS.
@Suite("the pipeline, end to end", .tags(.integration), .enabled(if: Deployment.emulator != nil), .serialized)
struct PipelineTests {
    @Test("a library arrives whole, a second run writes nothing, a change is rewritten alone", .timeLimit(.minutes(10)))
    func mirrors() async throws {
        let library = try SampleLibrary.make()
        try await Deployment.with(library) { deployment in
            let first = try await deployment.run()
            let account = library.accounts()
            #expect(first.success)
            #expect(first.filesCount == account.reduce(0) { $0 + $1.files.count })
            #expect(first.message == "Synced 2 vaults with \(first.filesCount) files")
            try await deployment.stored.expectMirror(of: library)
            #expect(deployment.provider.counters.signIns == 1)

            _ = deployment.requests.take()
            let pulls = deployment.provider.counters.pulls
            let second = try await deployment.run()
            #expect(second.filesCount == 0)
            #expect(writes(deployment) == [])
            #expect(deployment.provider.counters.pulls == pulls)
            #expect(deployment.provider.counters.signIns == 1, "the token that was stored is used again")

            let notes = try library.vault(named: SampleLibrary.fieldNotesName)
            let path = try #require(notes.account().files.first { $0.path.hasSuffix(".md") }).path
            notes.write(path, .text("rewritten\n"))
            let third = try await deployment.run()
            #expect(third.filesCount == 1)
            let key = "/\(deployment.bucket)/\(Deployment.prefix)Field%20Notes/"
            let written = writes(deployment)
            #expect(written.count == 1)
            #expect(written.allSatisfy { $0.hasPrefix("PUT \(key)") })
            try await deployment.stored.expectMirror(of: library)
            #expect(deployment.provider.counters.refusedWrites.isEmpty)
            #expect(deployment.provider.counters.overlappingRequests == 0)
        }
    }

    @Test("edits, deletions and renames at the source are followed", .timeLimit(.minutes(10)))
    func follows() async throws {
        let library = try SampleLibrary.make()
        try await Deployment.with(library) { deployment in
            _ = try await deployment.run()
            for round in 1...2 {
                let edits = try SampleLibrary.edit(library, round: round)
                _ = deployment.requests.take()
                let pulls = deployment.provider.counters.pulls
                let summary = try await deployment.run()
                #expect(summary.filesCount == edits.reduce(0) { $0 + $1.changed.count + $1.added.count })
                #expect(
                    deployment.provider.counters.pulls - pulls == summary.filesCount,
                    "what was only renamed is copied within the bucket"
                )
                try await deployment.stored.expectMirror(of: library)
            }
        }
    }

    @Test("a token that dies between two runs is replaced by one sign-in", .timeLimit(.minutes(10)))
    func renewsTheToken() async throws {
        let library = try SampleLibrary.make()
        try await Deployment.with(library) { deployment in
            _ = try await deployment.run()
            library.revokeTokens()
            let notes = try library.vault(named: SampleLibrary.archiveName)
            notes.write("new.md", .text("new\n"))
            let summary = try await deployment.run()
            #expect(summary.filesCount == 1)
            #expect(deployment.provider.counters.signIns == 2)
            try await deployment.stored.expectMirror(of: library)
        }
    }

    @Test(
        "an account in variables, or a credentials file, stands in for a secret",
        .timeLimit(.minutes(10)),
        arguments: [false, true]
    )
    func standIns(isFile: Bool) async throws {
        let library = try SampleLibrary.make()
        let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString).json").path
        defer { for end in ["", ".lock"] { try? FileManager.default.removeItem(atPath: path + end) } }
        var variables = ["OBSYNC_SECRET_NAME": ""]
        if isFile {
            try FileSecretStore.create(DemoSource.sampleSecret, at: path)
            variables["OBSYNC_CREDENTIALS"] = path
        } else {
            variables["OBSIDIAN_EMAIL"] = SampleLibrary.email
            variables["OBSIDIAN_PASSWORD"] = SampleLibrary.password
            variables["OBSIDIAN_TOTP_SECRET"] = SampleLibrary.totpSecret
        }
        try await Deployment.with(library, environment: variables) { deployment in
            // Of the vaults in variables, only the one counts that needs no password of its own.
            let vault = try #require(library.accounts().first(where: { $0.id == SampleLibrary.archiveID }))
            var request = SyncRequest()
            request.vaultIDs = [try #require(VaultID(vault.id))]
            let summary = try await deployment.run(request)
            #expect(summary.success && summary.filesCount == vault.files.count)
            if isFile {
                #expect(try FileSecretStore.read(path).text("token", "value") != nil, "the token is kept in the file")
            }
        }
    }

    @Test("a body that arrives damaged is never visible; a later run brings the right one", .timeLimit(.minutes(10)))
    func refusesDamage() async throws {
        let library = try SampleLibrary.make()
        try await Deployment.with(library) { deployment in
            let notes = try library.vault(named: SampleLibrary.fieldNotesName)
            // A uid that the smaller vault has not come to: uids count within a vault.
            let file = try #require(notes.account().files.first { $0.uid > 300 && $0.size > 100 })
            deployment.provider.inject(.bodyFlipped, uid: file.uid, times: nil)
            let error = await #expect(throws: SyncError.self) { try await deployment.run() }
            #expect(error?.name == .partialFailure)
            #expect(try await head(file.path, in: deployment) == nil)
            let record = try #require(try await deployment.stored.records(of: notes.account().id)[VaultPath(file.path)])
            #expect(record.status == .failed)
            #expect(record.lastError == .corruptContent)
            #expect(record.pendingSince != nil)

            deployment.provider.faults = .init()
            let summary = try await deployment.run()
            #expect(summary.filesCount == 1)
            try await deployment.stored.expectMirror(of: library)
        }
    }

    @Test("a missing bucket variable, a bad event and an unknown vault are answered in one sentence each")
    func explains() async throws {
        try await Deployment.with(try SampleLibrary.make()) { deployment in
            let password = Array(#"{"action":"sync","vault_password":"hunter2"}"#.utf8)
            let refused = await #expect(throws: SyncError.self) {
                try await deployment.invoke(.authenticator, password)
            }
            #expect(refused?.name == .invalidInput)
            #expect(refused?.message.contains("vault_password") == true)
            #expect(refused?.message.contains("hunter2") == false)
            let incomplete = await #expect(throws: SyncError.self) {
                try await deployment.invoke(.lister, Array(#"{"request":{}}"#.utf8))
            }
            #expect(incomplete?.name == .invalidInput)
            #expect(incomplete?.message == "the field run is missing")
            var request = SyncRequest()
            request.vaultIDs = [try #require(VaultID("nosuchvault"))]
            let unknown = await #expect(throws: SyncError.self) { try await deployment.run(request) }
            #expect(unknown?.name == .invalidInput)
            #expect(unknown?.message.contains("nosuchvault") == true)
        }
    }
}

extension PipelineTests {
    /// The requests since the last look that wrote something below the mirror's prefix.
    private func writes(_ deployment: Deployment) -> [String] {
        deployment.requests.take().filter { line in
            let isRead = line.hasPrefix("GET ") || line.hasPrefix("HEAD ")
            return !isRead && line.contains("/\(deployment.bucket)/\(Deployment.prefix)")
        }
    }

    private func head(_ path: String, in deployment: Deployment) async throws -> S3.HeadObjectOutput? {
        let key = Deployment.prefix + SampleLibrary.fieldNotesName + "/" + path
        do {
            return try await deployment.s3.headObject(.init(bucket: deployment.bucket, key: key))
        } catch let error as AWSError where error.code == .notFound {
            return nil
        }
    }
}
