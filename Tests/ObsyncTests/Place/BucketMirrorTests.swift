import AWSAdapters
import AWSClient
import Foundation
import LocalAdapters
import Logging
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// `obsync sync --dest s3://…` in this process: the built-in provider, a store, SQLite.
@Suite("mirroring into a bucket", .tags(.integration))
struct BucketMirrorTests {
    @Test(
        "the sample arrives whole; again nothing; after edits only what changed; deletions and renames follow",
        arguments: S3Manner.allCases
    )
    func whole(manner: S3Manner) async throws {
        // No region is named: the bucket's own is found, and a path comes before every other.
        try await BucketWorld.with(manner, basePath: "/store") { world, store in
            #expect(try await world.mirror().filesCount == world.expected().count)
            #expect(try await world.objects() == world.expected())
            let strange = store.objects(in: BucketWorld.bucket).map(\.key).filter {
                !$0.hasPrefix(BucketWorld.prefix)
            }
            #expect(strange.isEmpty)

            #expect(try await world.mirror().filesCount == 0)
            for round in 1...2 {
                let edits = try SampleLibrary.edit(world.library, round: round)
                let summary = try await world.mirror()
                #expect(summary.filesCount == edits.reduce(0) { $0 + $1.changed.count + $1.added.count })
                #expect(try await world.objects() == world.expected())
            }
            let pulls = world.pulls
            let complete = try await world.mirror(complete: true)
            #expect(complete.filesCount == 0 && world.pulls == pulls)
            #expect(!complete.notes.contains { $0.contains("none of") })
            #expect(world.place().memory.content?.abilities?.tags != (manner == .plain))
        }
    }

    @Test("a state that was lost asks for --take-over once; then nothing that is right is fetched or written again")
    func lostState() async throws {
        try await BucketWorld.with { world, store in
            try await world.mirror()
            let (pulls, puts) = (world.pulls, store.count(of: .putObject))
            try FileManager.default.removeItem(atPath: world.place().data)

            let error = await #expect(throws: SyncError.self) { try await world.mirror() }
            #expect(error?.name == .invalidInput && error?.message.contains("--take-over") == true)
            #expect(store.count(of: .putObject) == puts)

            try await world.mirror(takesOver: true)
            // The one object that is written is the claim.
            #expect(world.pulls == pulls && store.count(of: .putObject) == puts + 1)
            #expect(try await world.mirror().filesCount == 0)
            #expect(try await world.objects() == world.expected())
        }
    }

    @Test("a second machine is refused, until it takes the bucket over; then the first one is")
    func twoMachines() async throws {
        try await BucketWorld.with { world, _ in
            try await world.mirror()
            let refused = await #expect(throws: SyncError.self) { try await world.mirror(from: "two") }
            #expect(refused?.name == .invalidInput)
            #expect(refused?.message.contains("obsync sync --dest s3://mirror/kept/notes") == true)
            #expect(refused?.message.contains("--take-over") == true)

            _ = try SampleLibrary.edit(world.library, round: 1)
            let pulls = world.pulls
            // It does not know of what has been deleted meanwhile, and leaves that alone.
            try await world.mirror(from: "two", takesOver: true, excusing: [.keys])
            #expect(world.pulls < pulls + 40)
            let outdone = await #expect(throws: SyncError.self) { try await world.mirror() }
            #expect(outdone?.message.contains("another machine has taken") == true)
            #expect(try await world.mirror(takesOver: true).success)
            #expect(try await world.objects() == world.expected())
        }
    }

    @Test("objects in a vault's place that nobody knows of are not replaced, unless they are adopted")
    func foreignObjects() async throws {
        try await BucketWorld.with { world, store in
            let key = try ObjectKey("\(SampleLibrary.archiveName)/mine.md")
            let attributes = ObjectAttributes(contentType: "text/plain")
            try await world.withStore { store in _ = try await store.put(key, Array("mine".utf8), attributes) }
            let error = await #expect(throws: SyncError.self) { try await world.mirror() }
            #expect(error?.name == .invalidInput && error?.message.contains("--adopt") == true)
            #expect(store.objects(in: BucketWorld.bucket).count == 1)
            try await world.mirror(adopts: true, excusing: [.keys])
            var expected = world.expected()
            let objects = try await world.objects()
            let mine = VaultPath(key.rawValue)
            expected[mine] = objects[mine]
            #expect(objects == expected && objects[mine] != nil)
            // It is ours now.
            #expect(try await world.mirror(excusing: [.keys]).filesCount == 0)
        }
    }

    @Test("a bucket that somebody has emptied is filled again, and a vault's folder in it", arguments: [true, false])
    func emptied(claimGoes: Bool) async throws {
        try await BucketWorld.with { world, _ in
            try await world.mirror()
            try await world.withStore { store in
                var keys: [ObjectKey] = []
                for try await page in store.list("", after: nil) { keys += try page.map { try ObjectKey($0.key) } }
                if !claimGoes { keys.removeAll { $0.rawValue == BucketClaim.key } }
                #expect(try await store.delete(keys).isEmpty)
            }
            try await world.mirror()
            #expect(try await world.objects() == world.expected())
        }
    }

    @Test("the address is remembered, and another store is not taken for the same one")
    func otherStore() async throws {
        try await BucketWorld.with { world, _ in
            try await world.mirror()
            #expect(world.place().memory.content?.endpoint == world.endpoint)
            let kept = BucketPlace(
                BucketWorld.bucket,
                prefix: BucketWorld.prefix,
                state: world.place().data,
                environment: ["HOME": world.root]
            )
            try await withTransport(world.environment) { transport in
                let connection = PlaceConnection(
                    environment: world.environment,
                    executor: transport,
                    trouble: .init(path: world.root),
                    logger: .init(label: "test")
                )
                let reached = try kept.service(connection).endpoint?.base
                #expect(reached == world.endpoint)
            }
            var other = S3Simulator.Configuration()
            other.buckets = [BucketWorld.bucket]
            try await withS3Simulator(configuration: other, logger: .init(label: "test")) { other in
                let error = await #expect(throws: SyncError.self) {
                    try await world.mirror(endpoint: other.endpoint)
                }
                #expect(error?.message.contains("--state") == true)
                #expect(other.objects(in: BucketWorld.bucket).isEmpty)
            }
        }
    }

    @Test("into a store that nobody here has written", .enabled(if: TestTools.has("rclone")))
    func rclone() async throws {
        try await BucketWorld.withRoot { root in
            try FileManager.default.createDirectory(
                atPath: "\(root)/served/\(BucketWorld.bucket)",
                withIntermediateDirectories: true
            )
            try await TestTools.withRclone(serving: root + "/served") { endpoint in
                try await BucketWorld.with(endpoint: endpoint, root: root) { world in
                    // A folder that is served as a bucket holds one file of names that Unicode takes for the same.
                    #expect(try await world.mirror().filesCount == world.expected().count)
                    #expect(try await world.objects() == world.expected())
                    _ = try SampleLibrary.edit(world.library, round: 1)
                    try await world.mirror()
                    #expect(try await world.objects() == world.expected())
                    #expect(try await world.mirror(complete: true).filesCount == 0)
                }
            }
        }
    }
}
