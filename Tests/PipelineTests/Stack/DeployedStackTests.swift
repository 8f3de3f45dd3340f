import AWSAdapters
import AWSClient
import AWSSigning
import Foundation
import HTTPTransport
import NIOHTTP1
import Simulators
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// The stack of `infra/template.yaml` as `.ci/infra-check` deployed it on the emulator, put to use.
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
        try await AsyncHTTPClientTransport.with { transport in
            try await withObsidianSimulator(library: library, logger: quietLogger) { provider in
                try await withCountingProxy(to: address, transport, RequestLog(), refusing: Self.isRefused) { proxy in
                    let aws = AWSClient(
                        executor: transport,
                        credentials: StaticCredentialProvider(
                            Credential(accessKeyId: "testing", secretAccessKey: "testing")
                        ),
                        region: Region(rawValue: stack.region),
                        endpoints: Endpoints(all: try Endpoint(parsing: address)),
                        logger: quietLogger
                    )
                    let run = DeployedRun(
                        stack: stack,
                        secrets: SecretsManagerStore(
                            secretsManager: SecretsManager(client: aws),
                            secretID: stack.secret
                        ),
                        surroundings: [
                            "PATH": "/usr/bin:/bin", "AWS_REGION": stack.region, "AWS_ACCESS_KEY_ID": "testing",
                            "AWS_SECRET_ACCESS_KEY": "testing", "AWS_ENDPOINT_URL": address,
                            "OBSIDIAN_API_URL": provider.baseURL,
                        ]
                    )
                    let stored = StoredMirror(
                        s3: S3(client: aws),
                        dynamoDB: DynamoDB(client: aws),
                        bucket: stack.bucket,
                        table: stack.table,
                        prefix: stack.prefix
                    )
                    try await mirrors(library, provider, run, stored)
                    try await tellsOfFailures(library, provider, run, proxy)
                    _ = try await run.succeed()
                    try await stored.expectMirror(of: library)
                    try await tellsOfRefusals(library, run)
                    try await tellsOfTokens(run)
                    try expectWatchedMetrics(stack, try run.said.metrics())
                }
            }
        }
    }

    /// Everything arrives, and nothing is asked for twice.
    private func mirrors(
        _ library: SimulatedLibrary,
        _ provider: ObsidianSimulator,
        _ run: DeployedRun,
        _ stored: StoredMirror
    ) async throws {
        try await run.store(DemoSource.sampleSecret)
        let first = try await run.succeed()
        #expect(first.filesCount == library.accounts().reduce(0) { $0 + $1.files.count })
        try await stored.expectMirror(of: library)
        let pulls = provider.counters.pulls
        let second = try await run.succeed()
        #expect(second.filesCount == 0)
        #expect(provider.counters.pulls == pulls, "a second execution downloads nothing")
    }

    /// Each file of a name of its own fails in another way, and one vault's password is wrong.
    private func tellsOfFailures(
        _ library: SimulatedLibrary,
        _ provider: ObsidianSimulator,
        _ run: DeployedRun,
        _ proxy: String
    ) async throws {
        let archive = try library.vault(named: SampleLibrary.archiveName)
        for name in ["damaged.md", "cut.md", Self.refused] { archive.write(name, .text(name)) }
        for (name, fault) in [("damaged.md", SimulatorFault.bodyFlipped), ("cut.md", .pullClosed)] {
            let file = try #require(archive.account().files.first { $0.path == name })
            provider.inject(fault, uid: file.uid, times: nil)
        }
        let wrong = JSON.string("wrong")
        try await run.store(
            DemoSource.sampleSecret.setting(wrong, at: "vaults", SampleLibrary.fieldNotesID, "password")
        )
        let failed = try await run.execute(surroundings: ["AWS_ENDPOINT_URL_S3": proxy])
        #expect(failed.error == "PartialFailure", "\(run.said.end)")
        provider.faults = .init()
        provider.inject(.openingGarbled, times: nil)
        try await run.store(DemoSource.sampleSecret)
        let changed = try await run.execute()
        #expect(changed.error == "ProtocolChanged", "\(run.said.end)")
        provider.faults = .init()
    }

    /// The account's password is wrong: people are told, and where they cannot be told, that is counted.
    private func tellsOfRefusals(_ library: SimulatedLibrary, _ run: DeployedRun) async throws {
        library.revokeTokens()
        try await run.store(DemoSource.sampleSecret.setting(.string("wrong"), at: "auth", "password"))
        let topic = "arn:aws:sns:\(run.stack.region):123456789012:nowhere"
        let untold = try await run.execute(overriding: ["ALERT_TOPIC_ARN": topic])
        #expect(untold.error == "AuthenticationFailed", "\(run.said.end)")
        let undelivered = try alertsFailed(run)
        #expect(undelivered == 1)
        let told = try await run.execute()
        #expect(told.error == "AuthenticationFailed")
        #expect(try alertsFailed(run) == undelivered, "the deployed topic takes the alert")
    }

    private func alertsFailed(_ run: DeployedRun) throws -> Int {
        try run.said.metrics().count { $0.name == MetricName.alertsFailed.rawValue }
    }

    /// GoPro's tokens have an end that is known.
    private func tellsOfTokens(_ run: DeployedRun) async throws {
        let media = SampleMediaLibrary.make()
        try await withGoProSimulator(library: media, logger: quietLogger) { server in
            try await run.store(GoProDemo.sampleSecret)
            let summary = try await run.succeed(surroundings: GoProDemo.environment(server))
            #expect(summary.filesCount > 0)
        }
    }

    /// Every metric that somebody watches was published, under exactly these dimensions.
    private func expectWatchedMetrics(_ stack: DeployedStack, _ published: [PublishedMetrics.Metric]) throws {
        #expect(stack.metrics.count >= 20)
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
        let watched = Set(stack.metrics.map(\.name))
        for metric in MetricName.allCases {
            #expect(watched.contains(metric.rawValue), "nobody watches \(metric.rawValue)")
        }
    }

    private static let refused = "refused-by-the-store.md"

    private static func isRefused(_ method: HTTPMethod, _ uri: String) -> Bool {
        method == .PUT && uri.contains(refused)
    }
}
