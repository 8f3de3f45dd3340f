import Clocks
import Downloading
import Simulators
import SyncCore
import TestSupport
import Testing

@Suite("A run of ranges from a source that fails")
struct RangedSourceFaultTests {
    private let part = Int64(DownloadWorld.partSize)

    @Test(
        "everything arrives, whichever range fails once",
        arguments: [
            .reset(after: 0), .reset(after: 50_000), .reset(after: 12_345), .truncated(after: 0),
            .truncated(after: 12_344), .refused(SyncError(.sourceUnavailable, "")), .refused(SyncError(.throttled, "")),
            .refused(SyncError(.throttled, "", retryAfter: .seconds(7))),
        ] as [FakeLibrary.RangeFault]
    )
    func single(_ fault: FakeLibrary.RangeFault) async throws {
        for struck in 1...7 {
            try await DownloadWorld.withRanges { world, library in
                library.setRangeHook { _, _, number in number == struck ? fault : nil }
                try await world.run("run-1")
                try await world.expectEverything("range \(struck)")
                #expect(world.simulator.count(of: .createMultipartUpload) == 1)
                #expect(library.rangeBytesSent <= Int64(6 * DownloadWorld.partSize + 12_345) + part)
            }
        }
    }

    @Test("nothing is lost where ranges and requests fail by chance", arguments: 1...20)
    func random(_ seed: UInt64) async throws {
        try await DownloadWorld.withRanges { world, library in
            world.simulator.seedFaults("seed \(seed)")
            for fault in RangedFaultTests.faults { world.simulator.injectRandomly(fault, perMille: 30) }
            library.setRangeHook { _, _, number in
                var generator = SeededGenerator(seed: seed &* 1000 &+ UInt64(number))
                return switch Int.random(in: 0..<8, using: &generator) {
                case 0: .reset(after: Int.random(in: 0..<DownloadWorld.partSize, using: &generator))
                case 1: .truncated(after: Int.random(in: 0..<DownloadWorld.partSize, using: &generator))
                case 2: .refused(SyncError(.throttled, "", retryAfter: .seconds(2)))
                default: nil
                }
            }
            try await world.run("run-1")
            try await world.expectTruth()
            world.simulator.removeFaults()
            library.setRangeHook(nil)
            let before = library.rangeBytesSent
            try await world.nextRun("run-2")
            try await world.expectEverything()
            #expect(library.rangeBytesSent - before <= Int64(6 * DownloadWorld.partSize + 12_345))
        }
    }
}

/// The same from the simulated media host, over sockets.
@Suite("A clip from a media host that fails", .tags(.integration))
struct MediaFaultTests {
    private static let faults: [GoProFault] = [
        .addressRefused, .mediaUnavailable, .mediaUnavailableFor, .mediaThrottled, .mediaThrottledFor, .bodyCut,
        .bodyReset, .rangeIgnored, .rangeShort, .rangeShifted, .rangeRefused, .contentChanges,
    ]
    private let part = Int64(DownloadWorld.partSize)

    @Test("it arrives, whichever of its requests fails once", arguments: faults)
    func single(_ fault: GoProFault) async throws {
        // The first request of the clip asks for its length, and then there are seven ranges.
        for skip in [0, 1, 3, 6] {
            try await MediaWorld.with { world, gopro in
                gopro.inject(fault, medium: MediaWorld.clip, skip: skip)
                try await world.run("run-1")
                try await world.expectEverything("after \(skip)")
                // Of an answer with the whole nobody reads anything, but buffers take it. What changes is begun anew, when
                // three ranges at most have been answered so.
                let again =
                    switch fault {
                    case .contentChanges: 4 * MediaWorld.clipSize
                    case .rangeIgnored: MediaWorld.clipSize + part
                    default: part + 1000
                    }
                #expect(gopro.counters.bytesSent <= MediaWorld.clipSize + again, "after \(skip)")
                #expect(gopro.counters.leakedCredentials == 0)
            }
        }
    }

    @Test("what fails for good in one run arrives in the next", arguments: faults)
    func lasting(_ fault: GoProFault) async throws {
        try await MediaWorld.with { world, gopro in
            gopro.inject(fault, medium: MediaWorld.clip, skip: 2, times: nil)
            try await world.run("run-1")
            try await world.expectTruth()
            gopro.removeFaults()
            let before = gopro.counters.bytesSent
            try await world.nextRun("run-2")
            try await world.expectEverything()
            // The part that arrived before is kept where the host may come back.
            let passes: [GoProFault] = [.mediaUnavailable, .mediaThrottled, .bodyCut, .bodyReset]
            let kept = passes.contains(fault) ? part : 0
            #expect(gopro.counters.bytesSent - before <= MediaWorld.clipSize - kept + 1000)
        }
    }

    @Test("who asks for quiet gets it", arguments: [GoProFault.mediaThrottledFor, .mediaUnavailableFor])
    func quiet(_ fault: GoProFault) async throws {
        try await MediaWorld.with { world, gopro in
            gopro.inject(fault, medium: MediaWorld.clip, skip: 2)
            let start = world.clock.now
            try await world.run("run-1")
            // Nothing else takes time here: no wait is drawn longer than zero. Ranges that wait at the same time add up.
            #expect(start.duration(to: world.clock.now) >= .seconds(7))
            try await world.expectEverything()
        }
    }

    @Test("a host that falls silent in the middle of a range is left, and asked again for what is missing")
    func sourceStalls() async throws {
        try await MediaWorld.with(patience: .seconds(3)) { world, gopro in
            gopro.inject(.bodyStalls, medium: MediaWorld.clip, skip: 2)
            try await world.run("run-1")
            try await world.expectEverything()
            #expect(gopro.counters.bytesSent <= MediaWorld.clipSize + 2 * part)
        }
    }

    @Test(
        "a store that falls silent is left, and asked again",
        arguments: [S3Operation.putObject, .createMultipartUpload, .uploadPart, .completeMultipartUpload]
    )
    func storeStalls(_ operation: S3Operation) async throws {
        try await MediaWorld.with(patience: .seconds(3)) { world, gopro in
            world.simulator.inject(.stall(.seconds(5)), in: operation)
            try await world.run("run-1")
            // What it was asked is done in the end, although nobody waits for it any more.
            while world.simulator.requests.contains(where: { $0.status == nil }) {
                try await Task.sleep(for: .milliseconds(20))
            }
            try await world.expectTruth()
            try await world.expectFinished()
            #expect(gopro.counters.bytesSent <= MediaWorld.clipSize + 2 * part)
        }
    }

    @Test("a process that is killed at any request leaves nothing that the next one cannot finish")
    func killed() async throws {
        var undisturbed = 0
        try await MediaWorld.with { world, _ in
            try await world.run("run-1")
            undisturbed = world.simulator.requests.count
            try await world.expectEverything()
        }
        try #require(undisturbed > 12)
        for number in 1...undisturbed {
            try await MediaWorld.with { world, gopro in
                await world.runUntilKilled("run-1", at: number, isDone: number.isMultiple(of: 2))
                try await world.expectTruth("killed at request \(number)")
                try await world.nextRun("run-2")
                try await world.expectEverything("killed at request \(number)")
                // What is open when it dies comes twice: some parts, and the small clips.
                let open = Int64(world.settings.upload.partsInFlight) * part + MediaWorld.smallSizes
                let most = MediaWorld.clipSize + MediaWorld.smallSizes + open
                #expect(gopro.counters.bytesSent <= most, "killed at request \(number)")
            }
        }
    }
}
