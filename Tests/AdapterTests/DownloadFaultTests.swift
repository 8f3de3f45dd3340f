import Simulators
import Testing

@Suite("A run over a store that fails")
struct DownloadFaultTests {
    private static let faults: [S3Fault] = [
        .slowDown(), .slowDown(retryAfter: 2), .internalError, .resetBeforeBody, .resetInBody, .resetAfterBody,
        .lostReply, .errorInSuccess,
    ]
    private static let writes: [S3Operation] = [
        .putObject, .createMultipartUpload, .uploadPart, .completeMultipartUpload,
    ]

    @Test("everything arrives where one request fails", arguments: faults, writes)
    func single(_ fault: S3Fault, _ operation: S3Operation) async throws {
        guard fault != .errorInSuccess || operation == .completeMultipartUpload else { return }
        try await DownloadWorld.with { world in
            world.simulator.inject(fault, in: operation)
            try await world.run("run-1")
            let struck = world.simulator.requests.count { $0.faults.contains(fault) }
            #expect(struck == 1)
            try await world.expectFinished()
        }
    }

    @Test("what fails for good in one run arrives in the next", arguments: faults, writes)
    func lasting(_ fault: S3Fault, _ operation: S3Operation) async throws {
        guard fault != .errorInSuccess || operation == .completeMultipartUpload else { return }
        try await DownloadWorld.with { world in
            world.simulator.inject(fault, in: operation, times: nil)
            try await world.run("run-1")
            try await world.expectTruth()
            world.simulator.removeFaults()
            try await world.nextRun("run-2")
            try await world.expectEverything()
        }
    }

    @Test("nothing is lost where requests fail by chance", arguments: 1...20)
    func random(_ seed: Int) async throws {
        try await DownloadWorld.with { world in
            world.simulator.seedFaults("seed \(seed)")
            for fault in Self.faults { world.simulator.injectRandomly(fault, perMille: 60) }
            try await world.run("run-1")
            try await world.expectTruth()
            world.simulator.removeFaults()
            try await world.nextRun("run-2")
            try await world.expectEverything()
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
        try await DownloadWorld.with { world in
            try await world.run("run-1")
            undisturbed = world.simulator.requests.count
            try await world.expectEverything()
        }
        try #require(undisturbed > 6)
        for number in 1...undisturbed {
            try await DownloadWorld.with { world in
                try await world.expectRecovery(fromKillAt: number, isDone: isDone)
            }
        }
    }
}
