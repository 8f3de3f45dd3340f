import Downloading
import Simulators
import SyncCore
import TestSupport
import Testing

@Suite("A run of ranges over a store that fails")
struct RangedFaultTests {
    static let faults: [S3Fault] = [
        .slowDown(), .slowDown(retryAfter: 2), .internalError, .resetBeforeBody, .resetInBody, .resetAfterBody,
        .lostReply, .errorInSuccess,
    ]
    private static let operations: [S3Operation] = [
        .putObject, .headObject, .listMultipartUploads, .createMultipartUpload, .uploadPart, .listParts,
        .completeMultipartUpload,
    ]

    /// The size of the large file, and how much more than that may be fetched for one part that is lost.
    private let size = Int64(6 * DownloadWorld.partSize + 12_345)
    private let part = Int64(DownloadWorld.partSize)

    private func isPossible(_ fault: S3Fault, in operation: S3Operation) -> Bool {
        fault != .errorInSuccess || operation == .completeMultipartUpload
    }

    /// Lets two thirds of a call pass with every range, so that the large file takes some calls.
    private func slow(_ library: FakeLibrary, _ world: DownloadWorld) {
        library.setRangeHook { [clock = world.clock] _, _, _ in
            clock.advance(by: .seconds(200))
            return nil
        }
    }

    @Test("everything arrives where one request fails", arguments: faults, operations)
    func single(_ fault: S3Fault, _ operation: S3Operation) async throws {
        guard isPossible(fault, in: operation) else { return }
        try await DownloadWorld.withRanges { world, library in
            slow(library, world)
            world.simulator.inject(fault, in: operation)
            try await world.run("run-1")
            #expect(world.simulator.requests.count { $0.faults.contains(fault) } == 1)
            #expect(library.rangeBytesSent <= size + part)
            try await world.expectFinished()
            #expect(library.rangeBytesSent <= size + part)
        }
    }

    @Test("every part may fail once", arguments: faults)
    func everyPart(_ fault: S3Fault) async throws {
        guard isPossible(fault, in: .uploadPart) else { return }
        for number in 0..<7 {
            try await DownloadWorld.withRanges { world, library in
                world.simulator.inject(fault, in: .uploadPart, skip: number)
                try await world.run("run-1")
                try await world.expectEverything("part \(number + 1)")
                #expect(world.simulator.count(of: .createMultipartUpload) == 1)
                #expect(library.rangeBytesSent <= size + part)
            }
        }
    }

    @Test("what fails for good in one run arrives in the next", arguments: faults, operations)
    func lasting(_ fault: S3Fault, _ operation: S3Operation) async throws {
        guard isPossible(fault, in: operation) else { return }
        try await DownloadWorld.withRanges { world, library in
            slow(library, world)
            world.simulator.inject(fault, in: operation, times: nil)
            try await world.run("run-1")
            try await world.expectTruth()
            world.simulator.removeFaults()
            let before = library.rangeBytesSent
            try await world.nextRun("run-2")
            try await world.expectEverything()
            #expect(library.rangeBytesSent - before <= size)
        }
    }

    @Test("nothing is lost where requests fail by chance", arguments: 1...20)
    func random(_ seed: Int) async throws {
        try await DownloadWorld.withRanges { world, library in
            world.simulator.seedFaults("seed \(seed)")
            for fault in Self.faults { world.simulator.injectRandomly(fault, perMille: 60) }
            try await world.run("run-1")
            try await world.expectTruth()
            world.simulator.removeFaults()
            let before = library.rangeBytesSent
            try await world.nextRun("run-2")
            try await world.expectEverything()
            #expect(library.rangeBytesSent - before <= size)
            let writes = world.writes
            try await world.nextRun("run-3")
            #expect(world.writes == writes, "a repeated run writes nothing")
        }
    }

    @Test(
        "a process that is killed at any request leaves nothing that the next one cannot finish",
        arguments: [false, true]
    )
    func killed(isDone: Bool) async throws {
        var undisturbed = 0
        try await DownloadWorld.withRanges { world, library in
            try await world.run("run-1")
            undisturbed = world.simulator.requests.count
            try await world.expectEverything()
            #expect(library.rangeBytesSent == size)
        }
        try #require(undisturbed > 12)
        for number in 1...undisturbed {
            try await DownloadWorld.withRanges { world, library in
                try await world.expectRecovery(fromKillAt: number, isDone: isDone)
                // What was under way when it ended is fetched again, and no more.
                let most = size + Int64(world.settings.upload.partsInFlight) * part
                #expect(library.rangeBytesSent <= most, "killed at request \(number)")
            }
        }
    }

    @Test(
        "what was begun and cannot be thrown away now goes with the next run",
        arguments: [S3Fault.internalError, .resetBeforeBody, .lostReply]
    )
    func notAborted(_ fault: S3Fault) async throws {
        try await DownloadWorld.withRanges { world, library in
            world.simulator.inject(fault, in: .abortMultipartUpload, times: nil)
            library.setRangeHook { _, _, number in number > 2 ? .refused(SyncError(.corruptContent, "")) : nil }
            try await world.run("run-1")
            try await world.expectTruth()
            #expect(world.records.files(of: world.source.vault)[VaultPath("video.mp4")]?.status == .failed)
            world.simulator.removeFaults()
            library.setRangeHook(nil)
            try await world.nextRun("run-2")
            try await world.expectEverything()
        }
    }
}
