import AWSAdapters
import Backup
import Checksums
import Clocks
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import NIOCore
import NIOHTTP1
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// Thirty runs into a bucket that keeps versions, between which the source changes and somebody writes into the bucket.
@Suite(
    "a bucket with versions after thirty runs",
    .tags(.integration),
    .enabled(if: ProcessInfo.processInfo.environment["OBSYNC_TEST_AWS_ENDPOINT"] != nil)
)
struct ThirtyBucketRunsTests {
    private static let runs = 30

    /// By how many seconds the clock of the bucket is slow in a run. S3 tells to the second when it stored something.
    private static func delay(_ number: Int) -> Int { (runs - number) * 10 }

    /// Passes requests on, and keeps what was asked.
    private final class Asked: HTTPExecutor {
        private let base: any HTTPExecutor
        private let kept = Mutex<[String]>([])

        init(_ base: any HTTPExecutor) { self.base = base }

        /// Method and address of each request.
        var requests: [String] { kept.withLock { $0 } }

        func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
            kept.withLock { $0.append("\(request.method.rawValue) \(request.url)") }
            return try await base.execute(request, timeout: timeout, logger: logger)
        }
    }

    @Test("every instant comes back from the bucket alone, byte for byte, with its times")
    func everyInstant() async throws {
        let endpoint = try #require(ProcessInfo.processInfo.environment["OBSYNC_TEST_AWS_ENDPOINT"])
        try await BucketWorld.withRoot { root in
            var chronicle = try Chronicle(seed: 20)
            try await withObsidianSimulator(library: chronicle.library, logger: quietLogger) { server in
                let world = BucketWorld(root: root, endpoint: endpoint, library: chronicle.library, server: server)
                try #require(
                    FileManager.default.createFile(
                        atPath: world.credentials,
                        contents: Data(try Chronicle.secret.json),
                        attributes: [.posixPermissions: 0o600]
                    )
                )
                try await withTransport(world.environment) { transport in
                    let bucket = "\(endpoint)/\(BucketWorld.bucket)"
                    try await put(bucket, transport)
                    try await put(
                        bucket + "?versioning",
                        transport,
                        "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
                    )
                    for number in 1...Self.runs {
                        try await put("\(endpoint)/_clock/\(BucketWorld.bucket)?\(-Self.delay(number))", transport)
                        try await run(world, &chronicle, number)
                    }
                    try await restoreAll(chronicle.pages, world, transport)
                }
            }
        }
    }

    private func run(_ world: BucketWorld, _ chronicle: inout Chronicle, _ number: Int) async throws {
        try chronicle.change()
        let isComplete = number % 6 == 0
        // What somebody has written over an object is not what is recorded of it until a complete run looks after it.
        let excused: Set<MirrorEvidence.Rule> = chronicle.isOverwritten ? [.keys, .objects, .versions] : [.keys]
        #expect(
            try await world.mirror(complete: isComplete, allowDeletions: true, excusing: excused).success
        )
        let moment = SystemClock().now.advanced(by: .seconds(-Self.delay(number)))
        chronicle.close(at: moment, isComplete: isComplete, keepsAll: true)
        guard number % 3 == 1, let path = chronicle.overwriteOne() else { return }
        try await world.withStore { store in
            let attributes = ObjectAttributes(contentType: "text/plain")
            _ = try await store.put(ObjectKey(path.rawValue), Array("written by hand".utf8), attributes)
        }
    }

    /// Restores all instants on a machine that knows nothing of the mirror, and the present with what may only read that.
    private func restoreAll(
        _ pages: [Chronicle.Page],
        _ world: BucketWorld,
        _ transport: any HTTPExecutor
    ) async throws {
        let stranger = world.place("two")
        let asked = Asked(transport)
        let history = S3VersionHistory(
            s3: try stranger.service(stranger.connection(world.environment, asked, quietLogger)),
            bucket: BucketWorld.bucket,
            prefix: BucketWorld.prefix,
            reserved: BackupPlace.reserved
        )
        for (number, page) in pages.enumerated() {
            try await expect(page, .at(page.moment), from: history, to: "\(world.root)/restored \(number)")
        }
        #expect(asked.requests.allSatisfy { $0.hasPrefix("GET ") || $0.hasPrefix("HEAD ") })
        let before = asked.requests.count
        let last = try #require(pages.last)
        try await expect(last, .present, from: history, to: world.root + "/now")
        #expect(!asked.requests.dropFirst(before).contains { $0.contains("versionId=") })
        try await compareWithTools(world, pages)
    }

    private func expect(
        _ page: Chronicle.Page,
        _ selection: VersionSelection,
        from history: S3VersionHistory,
        to target: String
    ) async throws {
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        let restoration = Restoration(
            from: history,
            to: FolderObjectStore(root: target, scratch: target + "/.obsync-restore"),
            .init(selection: selection),
            makeHasher: { SHA256Hasher() }
        )
        for vault in try await history.vaults() {
            let summary = try await restoration(vault, into: vault.folder) { _ in }
            #expect(summary.failed == 0, "\(target)")
        }
        let found = try Chronicle.Page.files(in: target)
        #expect(found == page.files, "\(target)")
    }

    /// Has `diff` and rclone compare what the command restores with the account, and rclone the bucket with what was restored.
    private func compareWithTools(_ world: BucketWorld, _ pages: [Chronicle.Page]) async throws {
        let (account, back) = (world.root + "/account", world.root + "/back")
        try pages[14].write(to: account)
        var environment = world.environment
        (environment["HOME"], environment["AWS_ENDPOINT_URL_S3"]) = (world.root + "/nobody", world.endpoint)
        let restored = try await ObsyncProcess.run(
            [
                "restore", "--dest", "s3://\(BucketWorld.bucket)/\(BucketWorld.prefix)", "--to", back, "--at",
                pages[14].moment.isoText,
            ],
            environment: environment
        )
        #expect(restored.status == 0, "\(restored.error)")
        try await FolderComparison(root: world.root)(account, back)
        guard TestTools.has("rclone"), let tools = TestTools.folder else { return }
        let rclone = try await Process.outcome(
            of: URL(filePath: tools + "/rclone"),
            [
                "check", "mirror:\(BucketWorld.bucket)/\(BucketWorld.prefix)", world.root + "/now", "--exclude",
                "/.obsync/**", "--no-unicode-normalization", "--config", "/nonexistent",
            ],
            environment: [
                "HOME": world.root, "RCLONE_CONFIG_MIRROR_TYPE": "s3", "RCLONE_CONFIG_MIRROR_PROVIDER": "Other",
                "RCLONE_CONFIG_MIRROR_ENDPOINT": world.endpoint, "RCLONE_CONFIG_MIRROR_ACCESS_KEY_ID": "testing",
                "RCLONE_CONFIG_MIRROR_SECRET_ACCESS_KEY": "testing",
            ]
        )
        #expect(rclone.status == 0 && rclone.error.contains("0 differences found"), "\(rclone.error.prefix(2000))")
    }

    private func put(_ url: String, _ transport: any HTTPExecutor, _ body: String = "") async throws {
        let scope = "testing/20261121/us-east-1/s3/aws4_request"
        let answer = try await transport.execute(
            HTTPRequest(
                method: .PUT,
                url: url,
                headers: [
                    "Authorization": "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=0"
                ],
                body: body.isEmpty ? .none : .bytes(.init(string: body))
            ),
            timeout: .seconds(10),
            logger: quietLogger
        )
        #expect(answer.status == 200)
    }
}
