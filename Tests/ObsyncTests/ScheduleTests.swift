import Foundation
import HTTPTransport
import Logging
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

@Suite("schedules")
struct ScheduleTests {
    private func units(
        daily: String? = nil,
        every: String? = nil,
        folder: String = "/home/u/my notes"
    ) throws
        -> ScheduleUnits
    {
        ScheduleUnits(
            program: "/usr/local/bin/obsync",
            arguments: ["sync", "--dest", folder, "--quiet"],
            place: folder,
            plan: try SchedulePlan(daily: daily, every: every)
        )
    }

    @Test(
        "are said to systemd and to cron",
        arguments: [
            ("03:15", nil, "OnCalendar=*-*-* 03:15:00", "15 3 * * *"),
            (nil, "6h", "OnCalendar=*-*-* 00/6:00:00", "0 */6 * * *"),
            (nil, "15m", "OnCalendar=*-*-* *:00/15:00", "*/15 * * * *"),
            (nil, "1d", "OnCalendar=*-*-* 00:00:00", "0 0 * * *"),
            (nil, "5h", "OnBootSec=5min\nOnUnitInactiveSec=300min", nil),
        ] as [(String?, String?, String, String?)]
    )
    func plans(_ daily: String?, _ every: String?, _ timer: String, _ cron: String?) throws {
        let plan = try SchedulePlan(daily: daily, every: every)
        let settings = plan.timerLines.filter { !$0.hasPrefix("#") && $0 != "Persistent=true" }
        #expect(settings.joined(separator: "\n") == timer)
        // It has a meaning for calendar times alone.
        #expect(plan.timerLines.contains("Persistent=true") == timer.hasPrefix("OnCalendar"))
        #expect((try? plan.cronTime()) == cron)
    }

    @Test(
        "are said in words as exactly as they were given",
        arguments: [
            ("90m", "every 90 minutes"), ("6h", "every 6 hours"), ("36h", "every 36 hours"), ("2d", "every 2 days"),
            ("60m", "every 1 hour"),
        ]
    )
    func words(_ every: String, _ words: String) throws {
        #expect(try SchedulePlan(daily: nil, every: every).words == words)
    }

    @Test(
        "what is no time, both or none are refused",
        arguments: [(nil, nil), ("24:00", nil), ("3", nil), (nil, "6"), (nil, "30s"), (nil, "8d"), ("03:15", "6h")]
            as [(String?, String?)]
    )
    func refused(_ daily: String?, _ every: String?) {
        #expect(throws: SyncError.self) { try SchedulePlan(daily: daily, every: every) }
    }

    @Test("a unit runs the command with its settings, quoted, and holds nothing else")
    func service() throws {
        let units = try units(daily: "03:15", folder: "/home/u/100% \"notes\"")
        #expect(
            units.service.contains(
                #"ExecStart=/usr/local/bin/obsync sync --dest "/home/u/100%% \"notes\"" --quiet"#
            )
        )
        #expect(units.timer.contains("Persistent=true"))
        #expect(units.timer.contains("RandomizedDelaySec=5min"))
        #expect(units.name == ScheduleUnits.name(place: "/home/u/100% \"notes\""))
        #expect(units.name != ScheduleUnits.name(place: "/home/v/100% \"notes\""))
        #expect(try units.cronLine().contains(#"\%"#), "a percent sign would end the command")
    }

    @Test("a share of the mirror is read every day, under a name of its own")
    func verifying() throws {
        for (daily, every, time) in [("23:15", nil, "01:15"), (nil, "6h", "04:45")] as [(String?, String?, String)] {
            let mirror = try units(daily: daily, every: every)
            let verify = mirror.verifying(["--dest", "/home/u/my notes"])
            #expect(verify.service.contains(#" verify --dest "/home/u/my notes" --part today/30"#))
            #expect(verify.timer.contains("OnCalendar=*-*-* \(time):00"))
            #expect(verify.name == mirror.name + "-verify")
            #expect(verify.name == ScheduleUnits.name(place: "/home/u/my notes", .verify))
        }
    }

    @Test("systemd itself finds nothing wrong with the units", .enabled(if: Self.canVerify))
    func verify() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "units-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let installer = ScheduleInstaller(unitFolder: folder) { _, _, _ in (0, "") }
        for plan in [
            try units(daily: "03:15"), try units(every: "6h"), try units(every: "5h"), try units(every: "15m"),
        ] {
            let runnable = ScheduleUnits(
                program: "/bin/true",
                arguments: plan.arguments,
                place: plan.place,
                plan: plan.plan
            )
            try installer.write(runnable)
            let verified = try await Process.outcome(
                of: URL(filePath: "/usr/bin/systemd-analyze"),
                ["verify", "--man=no", "\(folder)/\(runnable.name).timer"],
                environment: ["PATH": "/usr/bin:/bin"]
            )
            #expect(verified.status == 0, "\(verified.error)")
        }
    }

    private static var canVerify: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") }

    @Test("systemd is told where it is there; cron keeps the other lines; removing leaves nothing")
    func install() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "units-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let calls = Mutex<[String]>([])
        let systemd = ScheduleInstaller(unitFolder: folder) { program, arguments, _ in
            calls.withLock { $0.append(([program] + arguments).joined(separator: " ")) }
            return (program == "crontab" ? 127 : 0, "")
        }
        let units = try units(every: "6h")
        #expect(try systemd.install(units).count == 2)
        #expect(calls.withLock { $0.contains("systemctl --user enable --now \(units.name).timer") })
        #expect(calls.withLock { $0.contains("loginctl enable-linger") })
        #expect(systemd.status(units.name).first?.contains("00/6") == true)
        #expect(try systemd.remove(units.name))
        #expect(try !systemd.remove(units.name))

        let table = Mutex("0 4 * * * something else\n")
        let cron = ScheduleInstaller(unitFolder: folder) { program, arguments, input in
            guard program == "crontab" else { return (127, "") }
            if arguments == ["-l"] { return (0, table.withLock { $0 }) }
            table.withLock { $0 = input ?? "" }
            return (0, "")
        }
        _ = try cron.install(units)
        _ = try cron.install(try self.units(daily: "03:15"))
        let lines = table.withLock { $0 }.split(separator: "\n")
        #expect(lines.count == 2, "the same folder has one line")
        #expect(lines.last?.hasPrefix("15 3 * * *") == true)
        #expect(try cron.remove(units.name))
        #expect(table.withLock { $0 } == "0 4 * * * something else\n")

        let nothing = ScheduleInstaller(unitFolder: folder) { _, _, _ in (127, "") }
        let error = #expect(throws: SyncError.self) { try nothing.install(units) }
        #expect(error?.message.contains("/usr/local/bin/obsync sync --dest '/home/u/my notes'") == true)
    }
}

@Suite("the dead man's switch")
struct DeadMansSwitchTests {
    private final class Calls: HTTPExecutor {
        private let urls = Mutex<[String]>([])
        private let status: Int?
        var made: [String] { urls.withLock { $0 } }

        init(status: Int?) { self.status = status }

        func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
            urls.withLock { $0.append(request.url) }
            guard let status else { throw CancellationError() }
            return HTTPResponse(status: status)
        }
    }

    private func summary(complete: Bool = true) -> Summary {
        var summary = Summary(
            success: true,
            message: "",
            vaultsSynced: [],
            filesCount: 0,
            errors: [],
            metadata: [:]
        )
        summary.notMirrored = complete ? 0 : 1
        return summary
    }

    private func failure(_ name: SyncError.Name) -> FailedRun {
        FailedRun(error: SyncError(name, ""), summary: summary(), credentials: "")
    }

    @Test("tells start and success; what needs a person is a failure; what passes by itself is told by nobody")
    func calls() async throws {
        let executor = Calls(status: 200)
        let ping = DeadMansSwitch(address: "https://x/id", executor: executor, logger: quietLogger)
        _ = try await ping.around { self.summary() }
        _ = try await ping.around { self.summary(complete: false) }
        await #expect(throws: FailedRun.self) { try await ping.around { throw self.failure(.sourceUnavailable) } }
        await #expect(throws: FailedRun.self) { try await ping.around { throw self.failure(.partialFailure) } }
        #expect(
            executor.made == [
                "https://x/id/start", "https://x/id", "https://x/id/start", "https://x/id/fail", "https://x/id/start",
                "https://x/id/start", "https://x/id/fail",
            ]
        )
    }

    @Test("that does not answer fails no run", arguments: [500, nil])
    func silence(_ status: Int?) async throws {
        let ping = DeadMansSwitch(address: "https://x/id", executor: Calls(status: status), logger: quietLogger)
        #expect(try await ping.around { self.summary() }.success)
    }

    @Test("takes addresses and nothing else")
    func addresses() throws {
        #expect(try DeadMansSwitch.checked("https://hc-ping.com/abc-def/") == "https://hc-ping.com/abc-def")
        for text in ["", "hc-ping.com", "file:///etc", "https://a b", "https://x/?q=1", "https://u@x/"] {
            #expect(throws: SyncError.self) { try DeadMansSwitch.checked(text) }
        }
    }
}
