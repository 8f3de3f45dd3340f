import Clocks
import Foundation
import Pipeline
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// The commands that operate a deployment, as processes, on a stack whose state machine the emulator runs.
@Suite("operating a deployment", .tags(.integration), .enabled(if: Deployment.emulator != nil))
struct OperateTests {
    @Test("a run is started, followed to its end, shown and looked at afterwards", .timeLimit(.minutes(5)))
    func start() async throws {
        let library = try SampleLibrary.make()
        let count = library.accounts().reduce(0) { $0 + $1.files.count }
        try await Deployment.with(library) { deployment in
            let stack = try await OperatedStack(deployment)
            let first = try await stack.obsync("start", "--follow")
            #expect(first.status == 0, "\(first.error)")
            #expect(first.lines.first == "Synced 2 vaults with \(count) files")
            #expect(first.lines.contains("The files are in s3://\(deployment.bucket)/vaults/"))
            #expect(first.output.contains("set ScheduleState to ENABLED"))
            #expect(first.error.contains("  signed in\n"))
            #expect(first.error.contains(/\ page 1: [0-9]+ batch(es)?, [0-9]+ files\n/))
            #expect(first.error.contains("  Download "), "the picture of the run is shown")
            try await deployment.stored.expectMirror(of: library)

            let list = try await stack.obsync("executions", "list")
            #expect(list.lines.count == 2 && list.lines[1].contains("SUCCEEDED"))
            let name = try #require(list.lines.last?.split(separator: " ").first.map(String.init))
            let shown = try await stack.obsync("executions", "show", name)
            #expect(shown.output.contains("status    SUCCEEDED"))
            let history = try await stack.obsync("executions", "history", name)
            #expect(history.lines.first?.contains("ExecutionStarted") == true)
            #expect(history.lines.last?.contains("ExecutionSucceeded") == true)
            #expect(history.output.contains("[0] DownloadBatch"), "events of a batch say whose they are")
            let json = try await stack.obsync("executions", "history", name, "--json")
            let events = try JSONDecoder().decode(Events.self, from: Data(json.output.utf8)).events
            #expect(events.map(\.id) == Array(1...events.count))

            let status = try await stack.obsync("status")
            #expect(status.status == 0, "\(status.output)\(status.error)")
            #expect(status.lines.first == "s3://\(deployment.bucket)/vaults/ (stack \(stack.name))")
            for vault in library.accounts() {
                #expect(status.output.contains("\(vault.name)") && status.output.contains("\(vault.files.count) of"))
            }
            #expect(status.output.contains("The last run succeeded"))

            #expect(try await stack.obsync("ls").lines.count == count)
            let verified = try await stack.obsync("verify")
            #expect(
                verified.status == 0 && verified.output.hasPrefix("\(count) of \(count) files"),
                "\(verified.error)"
            )
            #expect(verified.error.contains("\(count) requests"))
            let back = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: back) }
            let restored = try await stack.obsync("restore", "--to", back, "--json")
            #expect(restored.output.contains("\"restored\":\(count)"), "\(restored.error)")

            let cost = try await stack.obsync("cost")
            #expect(cost.status == 0, "\(cost.error)")
            #expect(cost.output.contains(/runs +1 run in 30 days, of [0-9]+ transitions/))
            #expect(cost.output.contains(" in STANDARD, "))
            let page = try await stack.obsync("report", "--out", "-")
            #expect(page.status == 0, "\(page.error)")
            #expect(
                page.output.contains("<h1>Run \(name)</h1>") && page.output.contains("<dt>added</dt><dd>\(count)</dd>")
            )
            #expect(library.accounts().allSatisfy { !page.output.contains($0.name) }, "names stay where they are")
            let named = try await stack.obsync("report", "--out", "-", "--with-names")
            #expect(library.accounts().allSatisfy { named.output.contains(">\($0.name)</th>") })
        }
    }

    @Test(
        "the doctor looks at stack, rights, secret, alerts and schedule, and says what to do",
        .timeLimit(.minutes(5))
    )
    func doctor() async throws {
        try await Deployment.with(try SampleLibrary.make()) { deployment in
            let stack = try await OperatedStack(deployment)
            func findings() async throws -> (Int32, [String: Finding]) {
                let outcome = try await stack.obsync("doctor", "--aws", "--json")
                let report = try FunctionJSON.decode(DoctorCommand.Report.self, from: outcome.output.utf8)
                return (outcome.status, Dictionary(report.findings.map { ($0.subject, $0) }) { first, _ in first })
            }
            let (before, first) = try await findings()
            #expect(before == 1)
            for subject in ["stack", "bucket", "table", "secret"] {
                #expect(first[subject]?.state == .ok, "\(subject)")
            }
            #expect(first["roles"]?.message == "no run has used their rights yet: obsync start --follow")
            #expect(first["alerts"]?.state == .todo)
            #expect(first["schedule"]?.state == .todo)

            #expect(try await stack.obsync("start", "--follow", "--quiet").status == 0)
            try await stack.subscribe("you@example.com")
            let machine = "arn:aws:states:eu-central-1:123456789012:stateMachine:\(stack.name)-vault-sync"
            try await stack.makeSchedule(machine, state: "ENABLED")
            let (after, second) = try await findings()
            // The simulator states no date that the clock could be compared with.
            for (subject, finding) in second where subject != "clock" {
                #expect(finding.state == .ok, "\(subject): \(finding.message)")
            }
            #expect(after == 0)
            #expect(second["alerts"]?.message == "1 subscription by email")
            #expect(second["schedule"]?.message == "runs start at rate(1 day)")
            #expect(second["vault \(SampleLibrary.archiveName)"]?.message == "can be read")
        }
    }

    private struct Events: Decodable {
        struct Event: Decodable { var id: Int }
        var events: [Event]
    }

    @Test("a run that fails exits as one on this machine, with the cause and what to do", .timeLimit(.minutes(5)))
    func failure() async throws {
        let library = try SampleLibrary.make()
        try await Deployment.with(library) { deployment in
            let stack = try await OperatedStack(deployment)
            library.revokeTokens()
            deployment.provider.faults = .init()
            deployment.provider.inject(.openingGarbled, times: nil)
            let failed = try await stack.obsync("start", "--follow", "--json")
            #expect(failed.status == 76, "\(failed.error)")
            #expect(failed.output.contains("\"error\":\"ProtocolChanged\""))
            #expect(failed.error.contains("obsync: ProtocolChanged: "))
            let status = try await stack.obsync("status")
            #expect(status.status == 1 && status.output.contains("The last run failed"))
            let list = try await stack.obsync("redrive", "--list")
            #expect(list.output.contains("ProtocolChanged, can be redriven"))
        }
    }

    @Test("Ctrl-C ends the following and not the run, and stop ends the run", .timeLimit(.minutes(5)))
    func interruption() async throws {
        let library = try SampleLibrary.make()
        try await Deployment.with(library) { deployment in
            let stack = try await OperatedStack(deployment)
            let none = try await stack.obsync("stop")
            #expect(none.status == 64 && none.error.contains("no run is at work"))
            // Nothing answers: the run is at work until it is stopped.
            deployment.provider.inject(.pullStalled, times: nil)
            let process = try stack.process(["start", "--follow", "--stack", stack.name, "--region", "eu-central-1"])
            let followed = try await OperatedStack.run(process) { id, runs in
                while runs(), (try? stack.runsNow()) != true { usleep(100_000) }
                kill(id, SIGINT)
            }
            #expect(followed.status == 130)
            #expect(followed.error.contains("The run goes on. To look at it: obsync executions show manual-"))
            let stopped = try await stack.obsync("stop")
            #expect(stopped.status == 0 && stopped.output.hasPrefix("Stopped manual-"), "\(stopped.error)")
        }
    }

    @Test(
        "the stack is the one of samconfig.toml where none is named, and what is missing is said",
        .timeLimit(.minutes(5))
    )
    func naming() async throws {
        try await Deployment.with(try SampleLibrary.make()) { deployment in
            let stack = try await OperatedStack(deployment)
            let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let none = try await OperatedStack.run(try stack.process(["status", "--aws"], folder: folder))
            #expect(none.status == 64 && none.error.contains("no deployment is named: use --stack NAME"))
            var settings = DeploymentSettings()
            (settings.stack, settings.region) = (stack.name, "eu-central-1")
            try settings.samConfiguration.write(toFile: folder + "/samconfig.toml", atomically: true, encoding: .utf8)
            let found = try await OperatedStack.run(try stack.process(["status", "--aws"], folder: folder))
            #expect(found.status == 0 && found.output.contains("No vault is mirrored yet."), "\(found.error)")
            let arguments = ["status", "--stack", "nowhere", "--region", "eu-central-1"]
            let missing = try await OperatedStack.run(try stack.process(arguments, folder: folder))
            #expect(missing.status == 64 && missing.error.contains("there is no stack nowhere in eu-central-1"))
        }
    }

    @Test("the lines of one run come in their order from all functions, and nobody else's", .timeLimit(.minutes(5)))
    func logs() async throws {
        try await Deployment.with(try SampleLibrary.make()) { deployment in
            let stack = try await OperatedStack(deployment)
            #expect(try await stack.obsync("start", "--follow", "--quiet").status == 0)
            let list = try await stack.obsync("executions", "list")
            let run = try #require(list.lines.last?.split(separator: " ").first.map(String.init))
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            func line(_ level: String, _ message: String, _ request: String, run: String) -> String {
                #"{"timestamp":"x","level":"\#(level)","message":"\#(message)","execution.id":"\#(run)","request.id":"\#(request)","n":"1"}"#
            }
            let report =
                #"{"time":"x","type":"platform.report","record":{"requestId":"r3","status":"timeout","metrics":{"durationMs":300000}}}"#
            try await stack.log(.authenticator, [(now, line("info", "authenticated", "r1", run: run))])
            try await stack.log(
                .lister,
                [
                    (now + 10, line("warning", "vault passed over", "r2", run: run)),
                    (now + 11, line("info", "page handed out", "other", run: "another-run")),
                    (now + 40, line("info", "page handed out", "r2", run: run)),
                ]
            )
            try await stack.log(
                .downloader,
                [
                    (now + 20, #"{"_aws":{"Timestamp":1},"FilesSynced":1}"#),
                    (now + 21, line("debug", "stored", "r3", run: run)),
                    (now + 30, report),
                ]
            )
            let all = try await stack.obsync("logs", "--run", run)
            #expect(all.status == 0, "\(all.error)")
            #expect(
                all.lines.map { String($0.dropFirst(13)) } == [
                    "info     authenticator authenticated  n=1", "warning  lister        vault passed over  n=1",
                    "error    downloader    the invocation ended: timeout  durationMs=300000",
                    "info     lister        page handed out  n=1",
                ]
            )
            let warnings = try await stack.obsync("logs", "--level", "warning")
            #expect(warnings.lines.count == 2)
        }
    }

    @Test("the lines of a run at work are followed until it has ended, each once", .timeLimit(.minutes(5)))
    func followedLogs() async throws {
        let library = try SampleLibrary.make()
        try await Deployment.with(library) { deployment in
            let stack = try await OperatedStack(deployment)
            deployment.provider.inject(.pullStalled, times: nil)
            #expect(try await stack.obsync("start").status == 0)
            let list = try await stack.obsync("executions", "list")
            let run = try #require(list.lines.last?.split(separator: " ").first.map(String.init))
            func say(_ message: String) -> (time: Int64, text: String) {
                let text = #"{"level":"info","message":"\#(message)","execution.id":"\#(run)","request.id":"r1"}"#
                return (Int64(Date().timeIntervalSince1970 * 1000), text)
            }
            try await stack.log(.lister, [say("said before")])
            async let followed = stack.obsync("logs", "--run", run, "--follow")
            try await stack.log(.downloader, [say("said meanwhile")])
            #expect(try await stack.obsync("stop").status == 0)
            let outcome = try await followed
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(
                outcome.lines.map { String($0.dropFirst(13)) } == [
                    "info     lister        said before", "info     downloader    said meanwhile",
                ]
            )
        }
    }
}

extension OperatedStack {
    /// Whether a run is at work, as the command line sees it.
    func runsNow() throws -> Bool {
        let process = try process(["executions", "list", "--stack", name, "--region", "eu-central-1"])
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitForEnd()
        return text.contains("RUNNING")
    }
}
