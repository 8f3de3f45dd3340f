import Foundation
import Simulators
import TestSupport
import Testing

@testable import obsync

/// `obsync report` as a process, over a folder that `obsync demo` has filled.
@Suite("a report of a run of the demo")
struct ReportProcessTests {
    private func report(_ folder: String, _ arguments: String...) async throws -> String {
        let outcome = try await ObsyncProcess.run(["report", "--dest", folder, "--out", "-"] + arguments)
        #expect(outcome.status == 0, "\(outcome.error)")
        return outcome.output
    }

    /// The figure of a card, such as that of `added`.
    private func card(_ name: String, in page: String) throws -> String {
        let match = try #require(page.firstMatch(of: try Regex("<dt>\(name)</dt><dd>([^<]*)</dd>")))
        return String(match.output[1].substring ?? "")
    }

    @Test("its figures are those of the records and of the run", .timeLimit(.minutes(5)))
    func figures() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let demo = try await ObsyncProcess.run(["demo", "--dest", folder])
        #expect(demo.output.contains("As a picture: obsync report --dest \(folder)"))
        let library = try SampleLibrary.make()
        let files = library.accounts().flatMap(\.files)
        let first = try await report(folder)
        #expect(try card("added", in: first) == "\(files.count)")
        #expect(try card("files fetched", in: first) == "\(files.count)")
        #expect(try card("changed", in: first) == "0")
        for vault in library.accounts() { #expect(first.contains("<th scope=\"row\">\(vault.name)</th>")) }
        for state in ["Authenticate", "List", "Route", "Download", "DownloadBatch", "Done"] {
            #expect(first.contains(">\(state)</text>"))
        }
        #expect(!first.contains("<script") && !first.contains("http:") && !first.contains("https:"))

        #expect(try await ObsyncProcess.run(["demo", "--dest", folder, "--edit", "--quiet"]).status == 0)
        let edits = try SampleLibrary.edit(library, round: 1)
        let second = try await report(folder)
        #expect(try card("changed", in: second) == "\(edits.reduce(0) { $0 + $1.changed.count })")
        #expect(try card("added", in: second) == "\(edits.reduce(0) { $0 + $1.added.count })")
        #expect(try card("renamed", in: second) == "\(edits.reduce(0) { $0 + $1.renamed.count })")
        #expect(try card("deleted", in: second) == "\(edits.reduce(0) { $0 + $1.deleted.count })")
        #expect(try card("set aside", in: second) != "0")
        let name = try #require(first.firstMatch(of: /<h1>Run (local-[a-z0-9]+)<\/h1>/)).1
        #expect(
            try await report(folder, String(name)).contains("<h1>Run \(name)</h1>"),
            "an earlier run has a report, too"
        )
    }

    @Test("is a file that only its owner reads, and needs a place", .timeLimit(.minutes(5)))
    func file() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await ObsyncProcess.run(["demo", "--dest", folder, "--quiet"]).status == 0)
        let file = folder + "/r.html"
        let made = try await ObsyncProcess.run(["report", "--dest", folder, "--out", file])
        #expect(made.output == "The report is \(file)\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try await ObsyncProcess.run(["report"]).status == 64)
        #expect(
            try await ObsyncProcess.run(["report", "nothing", "--dest", folder]).error.contains(
                "there is no execution nothing"
            )
        )
    }
}
