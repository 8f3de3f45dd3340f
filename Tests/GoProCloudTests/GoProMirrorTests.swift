import ArgumentParser
import Clocks
import Foundation
import Listing
import Logging
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import GoProCloud
@testable import obsync

/// The whole pipeline against a simulated account, under the state machine.
@Suite("mirroring a GoPro library", .serialized)
struct GoProMirrorTests {
    /// Five thousand media: chapters, bursts, raw pictures, edits, names that repeat, nulls, numbers as text.
    private func large(_ count: Int) -> [SimulatedMedium] {
        (0..<count).map { number in
            let created = Samples.now - Int64(count - number) * 1000 - 100_000
            let captured: Int64? = number % 97 == 0 ? nil : created - Int64(number % 50) * 86_400
            let size = Int64(20 + number % 40)
            let id = Samples.id(number)
            var medium: SimulatedMedium
            switch number % 20 {
            case 0:
                medium = .frames(
                    id: id,
                    filename: "G0010001.JPG",
                    captured: captured,
                    created: created,
                    sizes: [size, 9, 8]
                )
            case 1, 2:
                medium = .video(
                    id: id,
                    filename: "GH010001.MP4",
                    captured: captured,
                    created: created,
                    chapters: [size, 7]
                )
            case 3:
                medium = .photo(
                    id: id,
                    filename: "GOPR0001.JPG",
                    captured: captured,
                    created: created,
                    size: size,
                    raw: 5
                )
            case 4: medium = .edit(id: id, captured: captured, created: created, size: number % 40 == 4 ? size : nil)
            case 5: medium = .video(id: id, filename: nil, captured: captured, created: created, chapters: [size])
            default:
                medium = .video(
                    id: id,
                    filename: "GX01\(1000 + number % 700).MP4",
                    captured: captured,
                    created: created,
                    chapters: [size]
                )
            }
            medium.writesNumbersAsText = number % 3 == 0
            if number % 211 == 0 { medium.readiness = "transcoding" }
            if number % 223 == 0 { medium.isSizeKnown = false }
            return medium
        }
    }

    @Test(
        "five thousand media of every kind arrive as the account has them; again nothing is fetched",
        .timeLimit(.minutes(10))
    )
    func fiveThousand() async throws {
        let world = try GoProWorld(large(5000))
        let summary = try await world.run()
        #expect(summary.filesCount == world.library.account().count)
        #expect(world.differences() == [])
        #expect(summary.notes.count == 1, "what is not ready is told")
        #expect(world.simulator.counters.leakedCredentials == 0)
        #expect(world.simulator.counters.writes == 0)

        let before = world.simulator.counters
        let second = try await world.run()
        #expect(second.filesCount == 0)
        #expect(world.simulator.counters.bodies == before.bodies)
        #expect(world.simulator.counters.manifests - before.manifests < 200, "what is done is not resolved again")
    }

    @Test("a first listing that takes longer than a call spreads over many, at two media a second")
    func spreads() async throws {
        var world = try GoProWorld((1...150).map { Samples.video($0) })
        world.configuration.resolvesPerSecond = 2
        world.listerTime = .seconds(20)
        let summary = try await world.run()
        #expect(summary.filesCount == 150)
        #expect(world.differences() == [])
    }

    @Test("what becomes ready, is added or renewed follows; what a service forgets to offer is looked at again")
    func follows() async throws {
        var media = (1...60).map { Samples.video($0, daysAgo: Int64($0)) }
        media[10].readiness = "uploading"
        media[20].files.removeAll { $0.label == "source" }
        let world = try GoProWorld(media)
        let first = try await world.run()
        #expect(first.filesCount == 58)
        #expect(first.notes.contains { $0.contains("2 items") })

        world.library.change(Samples.id(11)) { $0.readiness = "ready" }
        world.library.change(Samples.id(21)) { $0.files = Samples.video(21).files }
        world.library.add(Samples.video(900, daysAgo: 0, chapters: [5, 6]))
        let second = try await world.run()
        #expect(second.filesCount == 4)
        #expect(second.notes == [])
        #expect(world.differences() == [])
    }

    @Test("what is deleted at the source goes after a complete listing, and never after one that was short")
    func deletions() async throws {
        var world = try GoProWorld((1...60).map { Samples.video($0, daysAgo: Int64($0), chapters: [10, 11]) })
        world.listing.deletions = .mirror
        try await world.run()
        world.library.delete(Samples.id(7))
        world.simulator.inject(.uploadDuringWalk, times: nil)
        let moving = try await world.run(complete: true)
        #expect(moving.metadata["deleted"] == "0")
        world.simulator.removeFaults()
        let complete = try await world.run(complete: true)
        #expect(complete.metadata["deleted"] == "2")
        #expect(world.differences() == [])
    }

    @Test("a medium that vanishes between listing and fetching is skipped and counted; what was mirrored of it stays")
    func vanishes() async throws {
        let world = try GoProWorld([Samples.video(1), Samples.video(2)])
        world.simulator.inject(.mediumGone, medium: Samples.id(1), times: nil)
        let summary = try await world.run()
        #expect(summary.filesCount == 1)
        #expect(summary.notes.contains { $0.contains("1 file cannot be stored") })
        let id = try #require(VaultID("gopro"))
        #expect(world.records.files(of: id).values.count { $0.status == .skipped } == 1)
    }

    @Test("a token that dies on the way is renewed and the run goes on", arguments: [true, false])
    func tokenDies(asServerFault: Bool) async throws {
        let world = try GoProWorld((1...40).map { Samples.video($0) })
        try await world.run()
        world.clock.advance(by: .seconds(3600))
        for number in 100...140 { world.library.add(Samples.video(number, daysAgo: 0)) }
        let pieces = Counter()
        let library = world.library
        world.http.beforeEachPiece { if pieces.next() == 10 { library.revokeAccessTokens() } }
        if asServerFault { world.simulator.inject(.deadTokenAsServerFault, times: 40) }
        try await world.run()
        #expect(world.differences() == [])
        // The first token, and the one in place of the dead one: a day's token is not renewed by every run.
        #expect(world.simulator.counters.refreshes == 2)
    }

    @Test(
        "a retired interface, a refused media type and a sign-in page stop the run; nothing is deleted",
        arguments: [
            GoProFault.versionRetired, .mediaTypeRefused, .signInPage, .redirect,
        ]
    )
    func stops(fault: GoProFault) async throws {
        let world = try GoProWorld([Samples.video(1)])
        try await world.run()
        world.simulator.inject(fault, times: nil)
        let error = await #expect(throws: SyncError.self) { try await world.run(complete: true) }
        #expect(error?.name == .protocolChanged)
        #expect(world.differences() == [])
    }

    @Test("a body that fails for good fails its file, not the others, and the next run brings it")
    func poisoned() async throws {
        let world = try GoProWorld((1...5).map { Samples.video($0) })
        world.simulator.inject(.lengthWrong, medium: Samples.id(3), times: nil)
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .partialFailure)
        #expect(world.differences().count == 1)
        world.simulator.removeFaults()
        let summary = try await world.run()
        #expect(summary.filesCount == 1)
        #expect(world.differences() == [])
    }

    @Test("a long clip whose addresses expire again and again arrives whole")
    func longClip() async throws {
        let world = try GoProWorld([Samples.video(1, chapters: [64 << 20])], addressLifetime: 120)
        let clock = world.clock
        let pieces = Counter()
        let simulator = world.simulator
        world.http.beforeEachPiece {
            clock.advance(by: .milliseconds(500))
            // The connection breaks every 20 MiB or so, mostly after the address has died.
            if pieces.next() % 300 == 0 { simulator.inject(.bodyCut) }
        }
        let summary = try await world.run()
        #expect(summary.filesCount == 1)
        let file = try #require(world.library.account().first)
        let stored = try #require(world.mirror.objects.first)
        #expect(stored.key.rawValue == file.path)
        #expect(FingerprintHasher.digest(stored.value.bytes) == file.content.digest(0..<file.size))
    }

    @Test(
        "a clip that outlives many invocations arrives, although its addresses expire in between; little is read twice"
    )
    func manyInvocations() async throws {
        let size: Int64 = 128 << 20
        var world = try GoProWorld([Samples.video(1, chapters: [size])], addressLifetime: 150)
        world.downloaderTime = .seconds(90)
        let (clock, pieces) = (world.clock, Counter())
        world.http.beforeEachPiece {
            clock.advance(by: .milliseconds(500))
            _ = pieces.next()
        }
        let summary = try await world.run()
        #expect(summary.filesCount == 1)
        let file = try #require(world.library.account().first)
        let stored = try #require(world.mirror.objects.first)
        #expect(FingerprintHasher.digest(stored.value.bytes) == file.content.digest(0..<file.size))
        #expect(world.mirror.openUploads == 0)
        let calls = world.downloads.value
        #expect(calls >= 4)
        let counters = world.simulator.counters
        #expect(counters.manifests >= calls, "every call asks for an address of its own")
        #expect(counters.leakedCredentials == 0)
        // A body is asked once more than it has pieces, to learn that it has ended.
        let fetched = Int64(pieces.value - counters.bodies) * (64 << 10)
        #expect(fetched - size < Int64(calls) * Int64(UploadSettings().partSize))
    }

    @Test(
        "over sockets, into a folder: the demo's library arrives, and again nothing is transferred",
        .tags(.integration)
    )
    func demo() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: path) }
        let folder = LocalFolder(path.path(percentEncoded: false))
        try folder.prepare()
        let library = SampleMediaLibrary.make()
        func call() throws -> Demo.Call {
            Demo.Call(
                place: folder,
                environment: [:],
                edit: false,
                options: try RunOptions.parse([]),
                output: try OutputOptions.parse(["--json", "--log-level", "critical"]),
                interruption: Interruption()
            )
        }
        let first = try await GoProDemo.run(library, call())
        #expect(first.filesCount == library.account().count)
        for file in library.account() {
            let bytes = try Data(contentsOf: path.appending(path: file.path))
            #expect(FingerprintHasher.digest(Array(bytes)) == file.content.digest(0..<file.size), "\(file.path)")
        }
        let again = try await GoProDemo.run(SampleMediaLibrary.make(), call())
        #expect(again.filesCount == 0)
    }
}

extension Tag {
    /// Talks over loopback.
    @Tag static var integration: Self
}
