import ArgumentParser
import Foundation
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// Every command line of the README does what stands beside it, on a machine on which nobody has done anything yet.
@Suite("the README's command lines", .tags(.integration))
struct ReadmeTests {
    /// What becomes of a command line.
    private enum Treatment: Equatable {
        /// It runs and ends with this status.
        case run(Int32 = 0)
        /// It cannot run here, for this reason; its arguments are read all the same where it is one of obsync.
        case read(String)
    }

    private static let treatments: [String: Treatment] = [
        "make demo": .read("builds the package; .ci/run runs it twice"),
        "make demo-edit": .read("builds the package; .ci/run runs it"),
        "make test": .read("is what runs this test"),
        "make setup && swift build -c release --product obsync": .read("installs packages and builds"),
        "make deploy": .read("needs an account of AWS; the template is deployed to an emulator by its own tests"),
        "obsync login": .read("asks a person; the tests of signing in answer it"),
        "obsync sync --dest ~/vaults": .run(),
        "obsync sync \"My notes\" --dest ~/vaults": .run(),
        "obsync status --dest ~/vaults": .run(),
        "obsync status --dest ~/vaults --max-age 36h": .run(),
        "obsync doctor --dest ~/vaults": .run(),
        "obsync schedule install --dest ~/vaults --daily 03:15 --ping https://hc-ping.com/<id>": .run(),
        "obsync watch --dest ~/vaults": .read("does not end by itself; the tests of watching end it"),
        "obsync ls --dest ~/vaults": .run(),
        "obsync ls \"My notes\" \"Recipes/\" --dest ~/vaults --failed": .run(),
        "obsync verify --dest ~/vaults": .run(),
        "obsync restore --dest ~/vaults --to ~/back": .run(),
        "obsync sync --dest s3://my-bucket/vaults": .run(),
        "obsync sync --dest s3://vaults --endpoint-url https://nas.lan:9000": .run(),
        "obsync status --dest s3://my-bucket/vaults": .run(),
        "obsync sync --dest s3://my-bucket/vaults --dry-run": .run(),
        "obsync demo --provider gopro": .run(),
        "obsync init": .read("asks a person; the tests of init answer it"),
        "obsync start --follow": .read("needs a deployment; the tests of operating start it on an emulator"),
    ]

    /// Lines of the README's blocks that somebody types, without remarks, in the order in which they stand there.
    private static func commands() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("    ") && !$0.hasPrefix("     ") }
            .map { $0.dropFirst(4) }
            .filter { !$0.hasPrefix("{") && !$0.hasPrefix("\"") }
            .map { line in
                let typed = line.firstRange(of: " # ").map { line[..<$0.lowerBound] } ?? line
                return typed.replacing(/^\.build\/(release|debug)\//, with: "").trimmingCharacters(in: .whitespaces)
            }
    }

    @Test("each is run, or it is said why it cannot be")
    func all() throws {
        let commands = Set(try Self.commands())
        #expect(commands.subtracting(Self.treatments.keys).isEmpty, "say here what becomes of them")
        #expect(Set(Self.treatments.keys).subtracting(commands).isEmpty, "the README has them no more")
    }

    @Test("what cannot be run is at least read without a complaint")
    func read() throws {
        for command in try Self.commands() where command.hasPrefix("obsync ") {
            let words = command.dropFirst("obsync ".count).split(separator: " ").map {
                String($0).filter { $0 != "\"" }
            }
            if command.contains("\"") { continue }
            _ = try Obsync.parseAsRoot(DeletionApproval.spelledOut(words))
        }
    }

    @Test("in their order, from the first sign-in to a bucket, they do what they say", .timeLimit(.minutes(5)))
    func run() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "readme-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        try prepareHome(root)
        var buckets = S3Simulator.Configuration()
        buckets.buckets = ["my-bucket", "vaults"]
        try await withObsidianSimulator(library: try SampleLibrary.make(), logger: quietLogger) { provider in
            try await withS3Simulator(configuration: buckets, logger: quietLogger) { store in
                let environment = [
                    "HOME": root, "PATH": "\(root)/bin:/usr/bin:/bin", "TZ": "UTC",
                    "OBSIDIAN_API_URL": provider.baseURL,
                    "AWS_ENDPOINT_URL_S3": store.endpoint, "AWS_ACCESS_KEY_ID": "testing",
                    "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true",
                ]
                for command in try Self.commands() {
                    guard case .run(let status)? = Self.treatments[command] else { continue }
                    // What a reader puts in: a vault, a service, a store.
                    let typed = command.replacing("My notes", with: SampleLibrary.archiveName)
                        .replacing("<id>", with: "0b1c").replacing("https://nas.lan:9000", with: store.endpoint)
                        .replacing(/^obsync/, with: "$OBSYNC")
                    let outcome = try await ObsyncProcess.run(
                        script: "cd \(root) && \(typed)",
                        environment: environment
                    )
                    #expect(outcome.status == status, "\(command): \(outcome.output)\(outcome.error)")
                    #expect(!outcome.error.contains("Fatal error"))
                }
            }
        }
        let files = FileManager.default
        #expect(files.fileExists(atPath: "\(root)/back/\(SampleLibrary.archiveName)"))
        #expect(files.fileExists(atPath: "\(root)/demo-gopro"))
        let table = try String(contentsOfFile: "\(root)/crontab", encoding: .utf8)
        #expect(table.hasPrefix("15 3 * * *") && table.contains("hc-ping.com"))
    }

    /// A home in which somebody has signed in, on a machine with cron and without systemd.
    private func prepareHome(_ root: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: root + "/.config/obsync", withIntermediateDirectories: true)
        try files.createDirectory(atPath: root + "/bin", withIntermediateDirectories: true)
        let credentials = root + "/.config/obsync/credentials.json"
        try Data(try DemoSource.sampleSecret.json).write(to: URL(filePath: credentials))
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: credentials)
        let programs = [
            "systemctl": "exit 127", "loginctl": "exit 127",
            "crontab": "if [ \"$1\" = -l ]; then cat \(root)/crontab 2> /dev/null; else cat > \(root)/crontab; fi",
        ]
        for (name, text) in programs {
            try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: "\(root)/bin/\(name)"))
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(root)/bin/\(name)")
        }
    }
}
