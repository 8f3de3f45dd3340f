import AWSAdapters
import AWSClient
import AWSSigning
import Clocks
import FoundationEssentials
import Listing
import SyncCore
import TestSupport
import Testing

@Suite("A lister whose calls of AWS are throttled", .tags(.integration), .enabled(if: Emulator.address != nil))
struct MirrorThrottlingTests {
    /// Every call that a lister makes. One that is made and is not named here fails the test.
    private static let calls: Set<String> = [
        "BatchGetItem", "CopyObject", "DeleteObjects", "GetItem folder", "GetItem state", "GetObject", "HeadObject",
        "ListMultipartUploads", "ListObjectsV2", "PutItem folder", "PutItem progress", "PutItem record", "PutObject",
        "Query folder", "Query pending", "Query receipt", "Query record", "UpdateItem commit", "UpdateItem lease",
        "UpdateItem release",
    ]
    /// Looks after what is left lying about, and is done by the next run where it cannot be done in this one.
    private static let optional: Set<String> = ["ListMultipartUploads"]

    /// A mirror on the emulator, and somebody before it.
    private struct Stage {
        var world: MirrorWorld
        let aws: ThrottledAWS
        let table: String
        let buckets: [String]

        /// The same stores through a client that has not been put off yet.
        mutating func renewClient() {
            let clock = world.clock
            let client = AWSClient(
                executor: aws,
                credentials: StaticCredentialProvider(Credential(accessKeyId: "testing", secretAccessKey: "testing")),
                region: Region(rawValue: "eu-central-1"),
                endpoints: Endpoints(all: endpoint),
                environment: AWSEnvironment(
                    now: { Date(timeIntervalSince1970: Double(clock.now.milliseconds) / 1000) },
                    sleep: { clock.advance(by: $0) },
                    random: { 0.5 }
                ),
                logger: .quiet
            )
            let s3 = S3(client: client)
            world.records = DynamoRecordStore(dynamoDB: DynamoDB(client: client), table: table)
            world.mirror = S3ObjectStore(s3: s3, bucket: buckets[0], prefix: "")
            world.state = S3ObjectStore(s3: s3, bucket: buckets[1], prefix: "")
        }

        let endpoint: Endpoint
    }

    /// What a run comes to, without the times that waiting changes.
    private struct Outcome: Equatable {
        struct File: Equatable {
            var status: FileRecord.Status
            var version: Int64
            var sha256: String?
            var isPending: Bool
        }

        var batches: [[BatchReference]] = []
        var next: [ListOutput.Next] = []
        var counts: [String: String] = [:]
        var errors: [String] = []
        var files: [String: File] = [:]
        var texts: [String: String] = [:]
        var contentsSent = 0
    }

    /// A vault that was mirrored, and in which everything has happened since that a run has to do with.
    private func withStage(_ body: (inout Stage) async throws -> Void) async throws {
        try await Emulator.with { client, transport in
            let names = [Emulator.unique("mirror"), Emulator.unique("state")]
            for name in names { try await S3(client: client).createBucket(.init(bucket: name)) }
            let table = try await Emulator.makeTable(DynamoDB(client: client))
            let memory = MemoryObjectStore()
            var stage = Stage(
                world: MirrorWorld(records: MemoryRecordStore(), mirror: memory, state: memory),
                aws: ThrottledAWS(transport),
                table: table,
                buckets: names,
                endpoint: try Endpoint(parsing: try #require(Emulator.address))
            )
            stage.renewClient()
            let world = stage.world
            for number in 0..<6 { world.write("text \(number)", to: "\(number).md") }
            try await world.run("first")
            world.write("new", to: "new.md")
            world.write("changed", to: "0.md")
            world.library.rename(VaultPath("1.md"), to: VaultPath("renamed.md"), in: .notes)
            world.delete("2.md")
            try await world.mirror.delete([ObjectKey("Notes/3.md")])
            world.clock.advance(by: .seconds(3600))
            try await body(&stage)
        }
    }

    private func input(_ type: SyncRequest.SyncType) throws -> ListInput {
        var input = ListInput(run: try #require(RunID("second")), request: SyncRequest())
        input.request.syncType = type
        return input
    }

    /// Runs to the end; the calls of each call of the lister are noted.
    private func play(_ stage: Stage, _ type: SyncRequest.SyncType) async throws -> (Outcome, calls: [Set<String>]) {
        var outcome = Outcome()
        var calls: [Set<String>] = []
        var input = try input(type)
        let world = stage.world
        var output: ListOutput
        repeat {
            let (answer, seen) = try await stage.aws.watching { [input] in try await world.list(input) }
            output = answer
            calls.append(Set(seen.keys))
            outcome.batches.append(output.batches)
            outcome.next.append(output.next)
            for batch in output.batches { try await world.workOff(batch, of: input) }
            input.cursor = output.cursor
        } while output.next == .work && calls.count < 10
        outcome.counts = output.summary?.metadata ?? [:]
        outcome.counts["execution_time"] = nil
        outcome.errors = output.summary?.notes ?? []
        outcome.files = try await world.files.mapValues { record in
            Outcome.File(
                status: record.status,
                version: record.version,
                sha256: record.sha256,
                isPending: record.pendingSince != nil
            )
        }
        outcome.texts = try await world.texts
        outcome.contentsSent = world.library.contentsSent
        return (outcome, calls)
    }

    @Test(
        "whatever call is throttled, a page comes out the same, or not at all",
        arguments: [SyncRequest.SyncType.incremental, .complete]
    )
    func throttled(type: SyncRequest.SyncType) async throws {
        var expected = Outcome()
        var seen: [Set<String>] = []
        try await withStage { (expected, seen) = try await play($0, type) }
        #expect(expected.texts.count == (type == .complete ? 6 : 5))
        #expect(expected.counts["deleted"] == "2")
        let all = seen.reduce(into: Set<String>()) { $0.formUnion($1) }
        #expect(all.isSubset(of: Self.calls), "\(all.subtracting(Self.calls).sorted()) have no case")
        for call in all.sorted() {
            for answer in call == "BatchGetItem" ? [.slowDown, .unprocessedKeys] : [ThrottledAWS.Answer.slowDown] {
                try await withStage { stage in
                    if seen[0].contains(call), !Self.optional.contains(call) {
                        try await throttleForEver(call, answer, &stage, type)
                    }
                    stage.aws.strike(call, with: answer, times: 2)
                    let (outcome, _) = try await play(stage, type)
                    #expect(stage.aws.struck == 2, "\(call)")
                    #expect(outcome == expected, "\(call)")
                }
            }
        }
    }

    @Test("the two kinds of run together make every call that has a case")
    func cases() async throws {
        var all: Set<String> = []
        for type in [SyncRequest.SyncType.incremental, .complete] {
            try await withStage { all.formUnion(try await play($0, type).calls.joined()) }
        }
        #expect(all == Self.calls)
    }

    @Test("an incremental listing of a large vault asks for its records 100 at a time, and nothing else is read")
    func incremental() async throws {
        try await withStage { stage in
            let world = stage.world
            // As if the vault had a million records, of which all but some have not changed.
            var state = try #require(try await world.records.state(of: .notes))
            state.records = 1_000_000
            let lease = Lease(owner: state.run, now: world.clock.now)
            #expect(try await world.records.acquireLease(lease, on: .notes, now: world.clock.now))
            #expect(try await world.records.commit(state, of: .notes))
            try await world.records.releaseLease(of: state.run, on: .notes)
            for number in 0..<250 { world.write("text", to: "more \(number).md") }
            let (output, calls) = try await stage.aws.watching { try await world.list(input(.incremental)) }
            #expect(output.batches.map(\.files) == [100, 100, 52])
            #expect(calls["BatchGetItem"] == 3)
            #expect(calls["Query record"] == nil)
        }
    }

    /// A call that is throttled until the deadline fails; it hands out nothing and takes nothing for missing.
    private func throttleForEver(
        _ call: String,
        _ answer: ThrottledAWS.Answer,
        _ stage: inout Stage,
        _ type: SyncRequest.SyncType
    ) async throws {
        // So that no call is processed in part: the second answer would be.
        stage.aws.strike(call)
        let world = stage.world
        let error = await #expect(throws: SyncError.self, "\(call)") {
            try await stage.aws.watching { try await world.list(input(type)) }
        }
        // The answer to HEAD has no body that could tell why.
        #expect(error?.name == (call == "HeadObject" ? .storeUnavailable : .throttled), "\(call)")
        #expect(error?.isRetryable == true)
        stage.renewClient()
    }

    @Test(
        "a run that loses its lease in the midst of a call writes and deletes nothing any more",
        arguments: [SyncRequest.SyncType.incremental, .complete],
        ["BatchGetItem", "Query record", "GetObject", "HeadObject", "PutItem progress"]
    )
    func lostLease(type: SyncRequest.SyncType, call: String) async throws {
        try await withStage { stage in
            let world = stage.world
            let (files, texts) = (try await world.files, try await world.texts)
            stage.aws.before(call) {
                world.clock.advance(by: .seconds(7200))
                let other = Lease(owner: try #require(RunID("other")), now: world.clock.now)
                #expect(try await world.records.acquireLease(other, on: .notes, now: world.clock.now))
            }
            let input = try input(type)
            let (output, seen) = try await stage.aws.watching { try await world.list(input, seconds: 100_000) }
            guard seen[call] != nil else { return }
            // What was found before it was lost is worked off by nobody.
            for batch in output.batches { _ = try await world.download(batch, of: input) }
            #expect(try await world.files == files)
            #expect(try await world.texts == texts)
            var next = input
            next.cursor = output.cursor
            #expect(try await world.list(next).next == .busy)
            #expect(try await world.records.state(of: .notes)?.run == RunID("first"))
        }
    }
}
