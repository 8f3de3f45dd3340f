import Foundation
import Logging
import Simulators
import SyncCore
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

    private func with(_ manner: S3Manner, _ body: (Machine) async throws -> Void) async throws {
        try await BucketWorld.withRoot { root in
            var configuration = S3Simulator.Configuration()
            configuration.buckets = ["mirror"]
            configuration.manner = manner
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
}
