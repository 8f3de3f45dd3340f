import Clocks
import Foundation
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// `obsync doctor` as a process, in good health and in bad.
@Suite("the doctor", .tags(.integration))
struct DoctorTests {
    private func doctor(
        _ folder: LocalFolder,
        _ provider: ObsidianSimulator
    ) async throws -> (
        Int32, [String: Finding]
    ) {
        let outcome = try await ObsyncProcess.run(
            ["doctor", "--dest", folder.path, "--credentials", folder.credentials, "--json"],
            environment: ["OBSIDIAN_API_URL": provider.baseURL]
        )
        let report = try FunctionJSON.decode(DoctorCommand.Report.self, from: outcome.output.utf8)
        #expect(report.ok == (outcome.status == 0))
        return (outcome.status, Dictionary(report.findings.map { ($0.subject, $0) }) { first, _ in first })
    }

    @Test("finds nothing to do on a mirror in good order", .timeLimit(.minutes(5)))
    func healthy() async throws {
        try await withMirror { folder, provider in
            let sync = try await ObsyncProcess.run(
                ["sync", "--dest", folder.path, "--credentials", folder.credentials],
                environment: ["OBSIDIAN_API_URL": provider.baseURL]
            )
            #expect(sync.status == 0)
            let (status, findings) = try await doctor(folder, provider)
            #expect(status == 0)
            for subject in [
                "credentials", "sign-in", "destination", "space", "links", "records", "executions", "uploads",
            ] {
                #expect(findings[subject]?.state == .ok, "\(subject): \(findings[subject]?.message ?? "missing")")
            }
            #expect(findings["vault \(SampleLibrary.archiveName)"]?.state == .ok)
            let text = try await ObsyncProcess.run(
                ["doctor", "--dest", folder.path],
                environment: ["OBSIDIAN_API_URL": provider.baseURL]
            )
            #expect(text.status == 0)
            #expect(text.output.contains("ok    sign-in"))
        }
    }

    @Test("says what has to be done: a wrong password, a damaged database", .timeLimit(.minutes(5)))
    func ill() async throws {
        try await withMirror { folder, provider in
            let sync = try await ObsyncProcess.run(
                ["sync", "--dest", folder.path, "--credentials", folder.credentials],
                environment: ["OBSIDIAN_API_URL": provider.baseURL]
            )
            #expect(sync.status == 0)
            let secret = try Secret(json: try Data(contentsOf: URL(filePath: folder.credentials)))
                .setting(.string("wrong"), at: "vaults", SampleLibrary.fieldNotesID, "password")
            try Data(try secret.json).write(to: URL(filePath: folder.credentials))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.credentials)
            try Data(repeating: 7, count: 10_000).write(to: URL(filePath: folder.executions))
            let (status, findings) = try await doctor(folder, provider)
            #expect(status == 1)
            let vault = findings["vault \(SampleLibrary.fieldNotesName)"]
            #expect(vault?.state == .todo)
            #expect(vault?.message.contains("obsync login --vault \(SampleLibrary.fieldNotesID)") == true)
            #expect(findings["executions"]?.state == .todo)
            #expect(findings["records"]?.state == .ok)
        }
    }

    @Test("a machine on which nobody is signed in is told how that is done")
    func nobody() async throws {
        let outcome = try await ObsyncProcess.run(["doctor"], environment: ["XDG_CONFIG_HOME": "/nowhere"])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("TODO"))
        #expect(outcome.output.contains("obsync login"))
    }

    @Test("the date of an answer is read")
    func date() {
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT")?.iso8601 == "1994-11-06T08:49:37Z")
        #expect(HTTPDate.parse("yesterday") == nil)
    }
}
