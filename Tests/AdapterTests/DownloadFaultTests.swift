import Simulators
import SyncCore
import Synchronization
import TestSupport
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
            let requests = world.simulator.count(of: .putObject) + world.simulator.count(of: .uploadPart)
            try await world.nextRun("run-3")
            let later = world.simulator.count(of: .putObject) + world.simulator.count(of: .uploadPart)
            #expect(requests == later, "a repeated run writes nothing")
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
            try await world.expectEverything()
            undisturbed = world.simulator.requests.count
        }
        try #require(undisturbed > 6)
        for number in 1...undisturbed {
            try await DownloadWorld.with { world in
                try await world.runUntilKilled("run-1", at: number, isDone: isDone)
                try await world.expectTruth("killed at request \(number)")
                try await world.nextRun("run-2")
                try await world.expectEverything("killed at request \(number)")
            }
        }
    }
}

extension DownloadWorld {
    /// Goes on a day later, when every lease has run out.
    func nextRun(_ name: String) async throws {
        clock.advance(by: .seconds(24 * 3600))
        try await run(name)
    }

    /// After one run everything is there; an upload whose beginning was not heard of goes with the next run.
    func expectFinished(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await nextRun("run-2")
        try await expectEverything(sourceLocation: sourceLocation)
    }

    /// Runs, and ends everything at one request: before it is served, or before its answer arrives.
    func runUntilKilled(_ name: String, at number: Int, isDone: Bool) async throws {
        let task = Mutex<Task<Void, any Error>?>(nil)
        await withCheckedContinuation { started in
            simulator.setDirector { moment in
                guard moment.number == number, moment.isDone == isDone else { return nil }
                task.withLock { $0?.cancel() }
                return isDone ? .lostReply : .resetBeforeBody
            }
            task.withLock { $0 = Task { try await run(name) } }
            started.resume()
        }
        let running = task.withLock { $0 }
        // It ends with whatever the cancellation makes of it.
        _ = await running?.result
        simulator.setDirector(nil)
    }
}
