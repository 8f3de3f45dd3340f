import AWSAdapters
import AWSClient
import AWSSigning
import Clocks
import Foundation
import HTTPTransport
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// The stack of `infra/template.yaml` as `make infra-check` deployed it on the emulator, put to use.
@Suite("the deployed stack", .tags(.integration), .enabled(if: DeployedStack.file != nil), .serialized)
struct DeployedStackTests {
    @Test(
        "its definition, names and variables mirror everything once, and it publishes all that alarms and dashboard go by",
        .timeLimit(.minutes(10))
    )
    func works() async throws {
        let stack = try DeployedStack(file: try #require(DeployedStack.file))
        let address = try #require(Deployment.emulator)
        let library = try SampleLibrary.make()
        let calls = RecordedCalls()
        try await AsyncHTTPClientTransport.with { transport in
            let aws = AWSClient(
                executor: transport,
                credentials: StaticCredentialProvider(Credential(accessKeyId: "testing", secretAccessKey: "testing")),
                region: Region(rawValue: stack.region),
                endpoints: Endpoints(all: try Endpoint(parsing: address)),
                logger: quietLogger
            )
            let stored = StoredMirror(
                s3: S3(client: aws),
                dynamoDB: DynamoDB(client: aws),
                bucket: stack.bucket,
                table: stack.table,
                prefix: stack.prefix
            )
            try await withObsidianSimulator(library: library, logger: quietLogger) { provider in
                try await withRecordedCalls(of: stack.functions[...], to: address, transport, calls) { endpoints in
                    let run = DeployedRun(
                        stack: stack,
                        secrets: SecretsManagerStore(
                            secretsManager: SecretsManager(client: aws),
                            secretID: stack.secret
                        ),
                        surroundings: [
                            "PATH": "/usr/bin:/bin", "AWS_REGION": stack.region, "AWS_ACCESS_KEY_ID": "testing",
                            "AWS_SECRET_ACCESS_KEY": "testing", "OBSIDIAN_API_URL": provider.baseURL,
                        ],
                        endpoints: endpoints
                    )
                    try await mirrors(library, provider, run, stored)
                    try await follows(library, run, stored)
                    try await tellsOfFailures(library, provider, run, calls)
                    _ = try await run.succeed(.init(what: "everything in order again"))
                    try await recovers(library, provider, run, calls)
                    try await stored.expectMirror(of: library)
                    try await tellsOfRefusals(library, run, calls)
                    try await tellsOfTokens(run)
                    try await leavesOut(library, provider, run, DynamoDB(client: aws))
                    try expectWatchedMetrics(stack, try run.said.metrics())
                    try run.outcomes.write(to: stack.outcomes)
                }
            }
        }
        try calls.write(to: stack.calls)
    }

    /// Everything arrives, and nothing is asked for twice.
    private func mirrors(
        _ library: SimulatedLibrary,
        _ provider: ObsidianSimulator,
        _ run: DeployedRun,
        _ stored: StoredMirror
    ) async throws {
        try await run.store(DemoSource.sampleSecret)
        let first = try await run.succeed(.init(what: "the first run"))
        #expect(first.filesCount == library.accounts().reduce(0) { $0 + $1.files.count })
        try await stored.expectMirror(of: library)
        let pulls = provider.counters.pulls
        let second = try await run.succeed(.init(what: "an idle run"))
        #expect(second.filesCount == 0)
        #expect(provider.counters.pulls == pulls, "a second execution downloads nothing")
    }

    /// Edits, renames and deletions at the source are followed, and a complete run finds nothing amiss.
    private func follows(_ library: SimulatedLibrary, _ run: DeployedRun, _ stored: StoredMirror) async throws {
        let edits = try SampleLibrary.edit(library, round: 1)
        let archive = try library.vault(named: SampleLibrary.archiveName)
        archive.write("in parts.bin", .generated(seed: "parts", size: 12 << 20))
        let summary = try await run.succeed(.init(what: "edits at the source"))
        #expect(summary.filesCount == 1 + edits.reduce(0) { $0 + $1.changed.count + $1.added.count })
        let complete = try await run.succeed(
            .init(what: "a complete run"),
            input: .object(["action": "sync", "sync_type": "complete"])
        )
        #expect(complete.filesCount == 0)
        try await stored.expectMirror(of: library)
    }

    /// Each file of a name of its own fails in another way, and one vault's password is wrong.
    private func tellsOfFailures(
        _ library: SimulatedLibrary,
        _ provider: ObsidianSimulator,
        _ run: DeployedRun,
        _ calls: RecordedCalls
    ) async throws {
        let archive = try library.vault(named: SampleLibrary.archiveName)
        let refused = "refused-by-the-store.md"
        for name in ["damaged.md", "cut.md", refused] { archive.write(name, .text(name)) }
        for (name, fault) in [("damaged.md", SimulatorFault.bodyFlipped), ("cut.md", .pullClosed)] {
            let file = try #require(archive.account().files.first { $0.path == name })
            provider.inject(fault, uid: file.uid, times: nil)
        }
        let wrong = JSON.string("wrong")
        try await run.store(
            DemoSource.sampleSecret.setting(wrong, at: "vaults", SampleLibrary.fieldNotesID, "password")
        )
        calls.refuse(refused)
        let failed = try await run.execute(.init(what: "files and a vault that fail", alarms: ["ExecutionsFailed"]))
        calls.refuse(nil)
        #expect(failed.error == "PartialFailure", "\(run.said.end)")
        provider.faults = .init()
        provider.inject(.openingGarbled, times: nil)
        try await run.store(DemoSource.sampleSecret)
        let changed = try await run.execute(.init(what: "a protocol that changed", alarms: ["ExecutionsFailed"]))
        #expect(changed.error == "ProtocolChanged", "\(run.said.end)")
        provider.faults = .init()
    }

    /// The account's password is wrong: people are told, and where they cannot be told, that is counted.
    private func tellsOfRefusals(_ library: SimulatedLibrary, _ run: DeployedRun, _ calls: RecordedCalls) async throws {
        library.revokeTokens()
        try await run.store(DemoSource.sampleSecret.setting(.string("wrong"), at: "auth", "password"))
        let refusal = DeployedRun.Trial(
            what: "an account that is refused",
            alarms: ["AuthenticationFailures", "ExecutionsFailed"]
        )
        calls.refuse("Action=Publish")
        let untold = try await run.execute(refusal)
        #expect(untold.error == "AuthenticationFailed", "\(run.said.end)")
        calls.refuse(nil)
        #expect(try alertsFailed(run) == 1)
        let told = try await run.execute(refusal)
        #expect(told.error == "AuthenticationFailed")
        #expect(try alertsFailed(run) == 1, "the deployed topic takes the alert")
    }

    private func alertsFailed(_ run: DeployedRun) throws -> Int {
        try run.said.metrics().count { $0.name == MetricName.alertsFailed.rawValue }
    }

    /// What a run mends by itself sets off nothing: a token that is refused when it is used, a file whose transfer breaks once,
    /// a store that does not answer for a moment.
    private func recovers(
        _ library: SimulatedLibrary,
        _ provider: ObsidianSimulator,
        _ run: DeployedRun,
        _ calls: RecordedCalls
    ) async throws {
        let archive = try library.vault(named: SampleLibrary.archiveName)
        for (name, fault) in [
            ("token.md", SimulatorFault.tokenRefused), ("pull.md", .pullClosed), ("flip.md", .bodyFlipped),
        ] {
            archive.write(name, .text(name))
            let file = try #require(archive.account().files.first { $0.path == name })
            let before = run.said.count
            provider.inject(fault, uid: fault == .tokenRefused ? nil : file.uid)
            _ = try await run.succeed(.init(what: "\(fault), once"))
            provider.faults = .init()
            let recoveries = try run.said.metrics(after: before).filter { $0.name == MetricName.recoveries.rawValue }
            // What a downloader tries again within its call is none.
            if fault == .bodyFlipped { #expect(!recoveries.isEmpty, "\(fault) counts as a recovery") }
        }
    }

    /// A file that fails for more than a week.
    private func leavesOut(
        _ library: SimulatedLibrary,
        _ provider: ObsidianSimulator,
        _ run: DeployedRun,
        _ dynamoDB: DynamoDB
    ) async throws {
        try await run.store(DemoSource.sampleSecret)
        let archive = try library.vault(named: SampleLibrary.archiveName)
        archive.write("never.md", .text("never"))
        let file = try #require(archive.account().files.first { $0.path == "never.md" })
        provider.inject(.bodyFlipped, uid: file.uid, times: nil)
        let failed = DeployedRun.Trial(what: "a file that fails", alarms: ["ExecutionsFailed"])
        #expect(try await run.execute(failed).error == "PartialFailure")
        // Nine days pass for the record.
        let records = DynamoRecordStore(dynamoDB: dynamoDB, table: run.stack.table)
        let vault = try #require(VaultID(archive.account().id))
        var record = try #require(try await records.records(of: [VaultPath("never.md")], in: vault).values.first)
        record.pendingSince = record.pendingSince?.advanced(by: .seconds(-9 * 86_400))
        #expect(try await records.save(record, in: vault))
        let late = DeployedRun.Trial(
            what: "a file that fails for nine days",
            alarms: ["ExecutionsFailed", "OldestPendingAge"]
        )
        #expect(try await run.execute(late).error == "PartialFailure")
        provider.faults = .init()
        archive.write("gone.md", .text("gone"))
        let gone = try #require(archive.account().files.first { $0.path == "gone.md" })
        try provider.faults.add(parsing: "body-reported-deleted@\(gone.uid)")
        _ = try await run.succeed(.init(what: "a file that is gone at the source", alarms: ["AttentionNeeded"]))
        provider.faults = .init()
    }

    /// A token that was captured from a browser has an end that is known, and nobody renews it.
    private func tellsOfTokens(_ run: DeployedRun) async throws {
        let media = SampleMediaLibrary.make()
        try await withGoProSimulator(library: media, logger: quietLogger) { server in
            // One medium of the sample library is never ready, which needs somebody to look.
            for (hours, alarms) in [(100, ["AttentionNeeded"]), (20, ["AttentionNeeded", "TokenHoursLeft"])] {
                let end = SystemClock().now.advanced(by: .seconds(hours * 3600))
                try await run.store(
                    Secret([
                        "provider": .string("gopro"), "access_token": .string(media.issueCapturedToken()),
                        "expires_at": .string(end.iso8601),
                    ])
                )
                let trial = DeployedRun.Trial(what: "a captured token with \(hours) hours left", alarms: alarms)
                _ = try await run.succeed(trial, surroundings: GoProDemo.environment(server))
            }
        }
    }

    /// Every metric that somebody watches was published, under exactly these dimensions.
    private func expectWatchedMetrics(_ stack: DeployedStack, _ published: [PublishedMetrics.Metric]) throws {
        #expect(stack.metrics.count >= 16)
        for watched in stack.metrics {
            let found = published.contains { metric in
                metric.namespace == MetricName.namespace && metric.name == watched.name
                    && Set(metric.dimensions.keys) == Set(watched.dimensions.keys)
                    && metric.dimensions.allSatisfy {
                        watched.dimensions[$0.key] == .some(nil) || watched.dimensions[$0.key] == $0.value
                    }
            }
            #expect(
                found,
                "\(watched.source) goes by \(watched.name) \(watched.shownDimensions), which nobody published"
            )
        }
        // What nobody looks at costs money all the same. One with a breakdown is published under the deployment alone, too.
        for metric in published where MetricName(rawValue: metric.name)?.breakdown == nil || metric.dimensions.count > 1
        {
            let isWatched = stack.metrics.contains { watched in
                watched.name == metric.name && Set(watched.dimensions.keys) == Set(metric.dimensions.keys)
            }
            #expect(isWatched, "nobody watches \(metric.name) by \(metric.dimensions.keys.sorted())")
        }
        let watched = Set(stack.metrics.map(\.name))
        for metric in MetricName.allCases {
            #expect(watched.contains(metric.rawValue), "nobody watches \(metric.rawValue)")
        }
    }
}
