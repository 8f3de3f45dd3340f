import Clocks
import Foundation
import Logging
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// The commands as processes, over a bucket that `obsync demo` has filled.
@Suite("commands over a bucket", .tags(.integration))
struct BucketCommandTests {
    /// A store, and a machine that may lose its state.
    private struct Machine {
        let store: S3Simulator
        let root: String
        var home = "home"

        func callAsFunction(_ arguments: [String]) async throws -> ProgramOutcome {
            try await ObsyncProcess.run(
                arguments + ["--dest", "s3://mirror/kept"],
                environment: [
                    "HOME": "\(root)/\(home)", "TZ": "UTC", "AWS_ENDPOINT_URL_S3": store.endpoint,
                    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
                ]
            )
        }

        /// The files of a folder, by path: their bytes and times.
        func files(_ folder: String) throws -> [VaultPath: [String]] {
            var files: [VaultPath: [String]] = [:]
            for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
                guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
                let time = try #require(attributes[.modificationDate] as? Date).timeIntervalSince1970
                let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))
                files[VaultPath(path)] = [bytes.base64EncodedString(), String(time)]
            }
            return files
        }
    }

    private func with(
        _ manner: S3Manner,
        time: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) },
        _ body: (Machine) async throws -> Void
    ) async throws {
        try await BucketWorld.withRoot { root in
            var configuration = S3Simulator.Configuration()
            configuration.buckets = ["mirror"]
            configuration.manner = manner
            configuration.unixTime = time
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            try await withS3Simulator(configuration: configuration, logger: logger) { store in
                let machine = Machine(store: store, root: root)
                let demo = try await machine(["demo", "--json"])
                #expect(demo.status == 0 && demo.output.contains("\"files_count\":394"), "\(demo.error)")
                try await body(machine)
            }
        }
    }

    @Test("ls, status, executions, verify and restore work with the records of this machine", .timeLimit(.minutes(5)))
    func known() async throws {
        try await with(.aws) { machine in
            #expect(try await machine(["demo", "--json"]).output.contains("\"files_count\":0"))
            #expect(try await machine(["ls"]).output.split(separator: "\n").count == 394)
            let status = try await machine(["status"])
            #expect(status.status == 0 && status.output.hasPrefix("s3://mirror/kept\n"))
            #expect(try await machine(["executions", "list"]).output.contains("SUCCEEDED"))

            let quick = try await machine(["verify"])
            #expect(quick.status == 0 && quick.output.hasPrefix("394 of 394 files"))
            #expect(quick.error.contains("394 requests") && quick.error.contains("--read"))
            let gets = machine.store.count(of: .getObject)
            let read = try await machine(["verify", "--read"])
            #expect(read.status == 0 && read.error.hasPrefix("Reading 394 files fetches"))
            #expect(machine.store.count(of: .getObject) >= gets + 394)

            let back = machine.root + "/back"
            #expect(try await machine(["restore", "--to", back, "--json"]).output.contains("\"restored\":394"))
            #expect(try machine.files(back).count == 394)
        }
    }

    @Test(
        "what is there can be restored and listed by a machine that knows nothing of it, and nothing is written",
        .timeLimit(.minutes(5)),
        arguments: [S3Manner.aws, .plain]
    )
    func unknown(manner: S3Manner) async throws {
        try await with(manner) { machine in
            let back = machine.root + "/back"
            #expect(try await machine(["restore", "--to", back, "--json"]).status == 0)
            var other = machine
            other.home = "other"
            let writes = machine.store.requests.count { $0.operation == .putObject }
            #expect(try await other(["ls"]).output.split(separator: "\n").count == 394)
            let again = machine.root + "/again"
            let outcome = try await other(["restore", "--to", again, "--json"])
            #expect(outcome.status == 0 && outcome.output.contains("\"restored\":394"), "\(outcome.error)")
            let (one, two) = (try machine.files(back), try machine.files(again))
            #expect(one == two && one.count == 394)
            #expect(machine.store.requests.count { $0.operation == .putObject } == writes)
            #expect(!FileManager.default.fileExists(atPath: machine.root + "/other"))

            let status = try await other(["status"])
            #expect(status.status == 64 && status.error.contains("s3://mirror/kept"))
            let refused = try await other(["demo"])
            #expect(refused.status == 64 && refused.error.contains("--take-over"))
            let verify = try await other(["verify"])
            #expect(verify.status == 64 && verify.error.contains("no records"))
        }
    }

    @Test("what was replaced and deleted is listed and comes back, with records and without", .timeLimit(.minutes(5)))
    func versions() async throws {
        // The second run is two minutes after the first one.
        let delay = Mutex<Int64>(120)
        let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
        try await with(.objectLock, time: { now() - delay.withLock { $0 } }) { machine in
            let (before, after) = (machine.root + "/before", machine.root + "/after")
            #expect(try await machine(["restore", "--to", before, "--json"]).output.contains("\"restored\":394"))
            delay.withLock { $0 = 0 }
            #expect(try await machine(["demo", "--edit", "--json"]).status == 0)
            let (present, all) = (try await machine(["ls"]).lines, try await machine(["ls", "--versions"]).lines)
            #expect(present.count < all.count && all.count > 394)
            #expect(try await !machine(["ls", "--deleted"]).lines.isEmpty)
            var other = machine
            other.home = "other"
            #expect(try await other(["ls", "--versions"]).lines.count == all.count)
            let moment = Timestamp(milliseconds: (now() - 60) * 1000).iso8601
            for (machine, folder) in [(machine, after), (other, after + "-again")] {
                let back = try await machine(["restore", "--to", folder, "--at", moment, "--json"])
                #expect(back.output.contains("\"restored\":394"), "\(back.error)")
                let (files, expected) = (try machine.files(folder), try machine.files(before))
                #expect(files == expected)
            }
            #expect(try await machine(["verify", "--read"]).status == 0)
        }
    }

    @Test("a profile and a region that are named go before the environment", .timeLimit(.minutes(5)))
    func profile() async throws {
        try await with(.aws) { machine in
            let folder = machine.root + "/home/.aws"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try """
            [profile nas]
            aws_access_key_id = testing
            aws_secret_access_key = testing
            endpoint_url = \(machine.store.endpoint)
            """.write(toFile: folder + "/config", atomically: true, encoding: .utf8)
            func verify(_ arguments: String...) async throws -> ProgramOutcome {
                try await ObsyncProcess.run(
                    ["verify", "Archive", "--dest", "s3://mirror/kept"] + arguments,
                    environment: [
                        "HOME": machine.root + "/home", "TZ": "UTC", "AWS_ACCESS_KEY_ID": "nobody",
                        "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_ENDPOINT_URL_S3": machine.store.endpoint,
                    ]
                )
            }
            #expect(try await verify().status != 0)
            let named = try await verify("--profile", "nas", "--region", "eu-central-1")
            #expect(named.status == 0 && named.output.hasPrefix("41 of 41 files"), "\(named.error)")
            let unknown = try await verify("--profile", "nobody")
            #expect(unknown.status == 78 && unknown.error.contains("nobody"), "\(unknown.error)")
            let noRegion = try await verify("--profile", "nas", "--region", "evil.example/")
            #expect(noRegion.status == 64 && noRegion.error.contains("is no region"))
            let folderOnly = try await ObsyncProcess.run(
                ["ls", "--dest", machine.root, "--profile", "nas"],
                environment: ["HOME": machine.root]
            )
            #expect(folderOnly.status == 64 && folderOnly.error.contains("go with a bucket"))
        }
    }

    @Test("the doctor looks at the bucket, and leaves nothing there", .timeLimit(.minutes(5)))
    func doctor() async throws {
        try await BucketWorld.with { world, store in
            func doctor(_ machine: String) async throws -> (Int32, [String: Finding]) {
                let outcome = try await ObsyncProcess.run(
                    [
                        "doctor", "--dest", "s3://\(BucketWorld.bucket)/\(BucketWorld.prefix)", "--json",
                        "--credentials",
                        world.credentials, "--state", "\(world.root)/\(machine)", "--endpoint-url", world.endpoint,
                    ],
                    environment: world.environment
                )
                let report = try FunctionJSON.decode(DoctorCommand.Report.self, from: outcome.output.utf8)
                #expect(report.ok == (outcome.status == 0), "\(outcome.error)")
                return (outcome.status, Dictionary(report.findings.map { ($0.subject, $0) }) { first, _ in first })
            }
            let (first, nothing) = try await doctor("one")
            #expect(first == 0 && nothing["destination"]?.state == .note)
            #expect(store.requests.allSatisfy { $0.operation == .getObject || $0.operation == .headBucket })

            try await world.mirror()
            let keys = store.objects(in: BucketWorld.bucket).map(\.key)
            let (status, findings) = try await doctor("one")
            #expect(status == 0)
            for subject in ["destination", "records", "executions", "uploads", "space"] {
                #expect(findings[subject]?.state == .ok, "\(subject): \(findings[subject]?.message ?? "missing")")
            }
            // The bucket keeps no versions.
            #expect(findings["writing"]?.state == .note)
            #expect(store.objects(in: BucketWorld.bucket).map(\.key) == keys)

            let (other, foreign) = try await doctor("two")
            #expect(other == 1 && foreign["destination"]?.message.contains("--take-over") == true)
            store.deny(.putObject)
            let (denied, refused) = try await doctor("one")
            #expect(denied == 1 && refused["destination"]?.state == .ok)
            #expect(refused["writing"]?.state == .todo)
        }
    }

    @Test("a schedule names the bucket as it was named", .timeLimit(.minutes(5)))
    func schedule() async throws {
        let install = try await ObsyncProcess.run(
            [
                "schedule", "install", "--daily", "03:15", "--dry-run", "--dest", "s3://mirror/kept/", "--profile",
                "nas",
                "--endpoint-url", "https://nas.lan:9000", "--path-style",
            ],
            environment: ["HOME": "/nonexistent"]
        )
        #expect(install.status == 0, "\(install.error)")
        #expect(
            install.output.contains(
                " sync --dest s3://mirror/kept --endpoint-url https://nas.lan:9000 --path-style --profile nas --quiet"
            )
        )
        let status = try await ObsyncProcess.run(
            ["schedule", "status", "--dest", "s3://mirror/kept"],
            environment: ["HOME": "/nonexistent"]
        )
        #expect(status.output.contains("There is no schedule for s3://mirror/kept."))
    }

    @Test(
        "a library of media arrives whole in every manner of store",
        .timeLimit(.minutes(5)),
        arguments: S3Manner.allCases
    )
    func media(manner: S3Manner) async throws {
        try await BucketWorld.withRoot { root in
            var configuration = S3Simulator.Configuration()
            configuration.buckets = ["mirror"]
            configuration.manner = manner
            try await withS3Simulator(configuration: configuration, logger: .init(label: "test")) { store in
                let machine = Machine(store: store, root: root)
                let demo = try await machine(["demo", "--provider", "gopro", "--json"])
                #expect(demo.status == 0 && demo.output.contains("\"files_count\":82"), "\(demo.error)")
                #expect(store.openUploads(in: "mirror").isEmpty)
                let again = try await machine(["demo", "--provider", "gopro", "--json"])
                #expect(again.output.contains("\"files_count\":0"))
                let verified = try await machine(["verify", "--read"])
                #expect(verified.status == 0 && verified.output.hasPrefix("82 of 82 files"), "\(verified.error)")
            }
        }
    }

    @Test(
        "the demo fills a store that nobody here has written",
        .enabled(if: TestTools.has("rclone")),
        .timeLimit(.minutes(5))
    )
    func rclone() async throws {
        try await BucketWorld.withRoot { root in
            try FileManager.default.createDirectory(
                atPath: root + "/served/mirror",
                withIntermediateDirectories: true
            )
            try await TestTools.withRclone(serving: root + "/served") { endpoint in
                func obsync(_ arguments: String...) async throws -> ProgramOutcome {
                    try await ObsyncProcess.run(
                        arguments + ["--dest", "s3://mirror/kept", "--endpoint-url", endpoint],
                        environment: [
                            "HOME": root, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
                        ]
                    )
                }
                let demo = try await obsync("demo", "--json")
                #expect(demo.output.contains("\"files_count\":394"), "\(demo.error)")
                #expect(demo.error.contains("Content-MD5"), "what the store lacks is said: \(demo.error)")
                let again = try await obsync("demo", "--json")
                #expect(again.output.contains("\"files_count\":0") && !again.error.contains("Content-MD5"))
                #expect(try await obsync("demo", "--edit").status == 0)
                let verified = try await obsync("verify", "--read")
                #expect(verified.status == 0 && verified.output.hasPrefix("396 of 396 files"), "\(verified.error)")
            }
        }
    }
}
