import Downloading
import Foundation
import Listing
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

/// The downloader's own executable, killed in the middle of a large file.
@Suite(
    "a killed transfer",
    .tags(.integration),
    .serialized,
    .enabled(if: Deployment.emulator != nil),
    .timeLimit(.minutes(10))
)
struct KilledTransferTests {
    private static let size: Int64 = 4 * (5 << 20) + 12_345
    private static let partSize: Int64 = 5 << 20

    /// The request at which the process dies: as its head arrives, or when all is done but the answer.
    struct Blow: Sendable, CustomTestStringConvertible {
        var operation: S3Operation
        var number: Int
        var isDone: Bool

        var testDescription: String { "\(operation) \(number) \(isDone ? "done" : "begun")" }
    }

    @Test(
        "another process makes it whole, once, and fetches no more than what was under way again",
        arguments: [
            Blow(operation: .createMultipartUpload, number: 1, isDone: true),
            Blow(operation: .uploadPart, number: 1, isDone: true),
            Blow(operation: .uploadPart, number: 5, isDone: false),
            Blow(operation: .completeMultipartUpload, number: 1, isDone: false),
            Blow(operation: .completeMultipartUpload, number: 1, isDone: true),
        ]
    )
    func killed(_ blow: Blow) async throws {
        let environment = ["CHUNK_SIZE": "\(Self.partSize)", "UPLOAD_CONCURRENCY": "2", "AWS_REGION": "eu-central-1"]
        try await MediaDeployment.with(clipBytes: Self.size, sourcePace: 40 << 20, environment: environment) { world in
            let (lister, listerURL) = try await world.start("Lister")
            defer { lister.end() }
            var input = ListInput(run: try #require(RunID("run-1")), request: SyncRequest())
            let page = try await world.invoke(listerURL, input, as: ListOutput.self)
            let event = DownloadInput(run: input.run, request: page.request, batch: try #require(page.batches.first))

            let (victim, victimURL) = try await world.start("Downloader")
            kill(victim, at: blow, in: world.store)
            await #expect(throws: (any Error).self) {
                try await world.invoke(victimURL, event, as: DownloadOutput.self)
            }
            try await victim.process.ended()
            #expect(victim.process.terminationReason == .uncaughtSignal)
            world.store.setDirector(nil)
            let isThere = blow.operation == .completeMultipartUpload && blow.isDone
            #expect(world.store.objects(in: MediaDeployment.bucket).contains { $0.size == Self.size } == isThere)

            let (heir, heirURL) = try await world.start("Downloader")
            defer { heir.end() }
            let output = try await world.invoke(heirURL, event, as: DownloadOutput.self)
            #expect(output.status == .complete)
            #expect(output.files == 1)
            try await world.expectClip()
            try await expectBytes(world)
            #expect(world.source.counters.bytesSent <= Self.size + 3 * Self.partSize)
            #expect(world.store.count(of: .completeMultipartUpload) <= 2)

            input.cursor = page.cursor
            try await finish(input, world, listerURL)
            // An upload whose beginning the process did not live to note goes with the next run.
            try await finish(ListInput(run: try #require(RunID("run-2")), request: SyncRequest()), world, listerURL)
            #expect(world.store.openUploads(in: MediaDeployment.bucket).isEmpty)
            #expect(world.source.counters.leakedCredentials == 0)
            for function in [lister, heir] { function.end() }
            try await world.expectInvariants([lister, victim, heir])
        }
    }

    private func kill(_ victim: PlainFunction, at blow: Blow, in store: S3Simulator) {
        let pid = victim.process.processIdentifier
        let count = Mutex(0)
        store.setDirector { moment in
            guard moment.operation == blow.operation, moment.isDone == blow.isDone else { return nil }
            let number = count.withLock { count in
                count += 1
                return count
            }
            if number == blow.number { Foundation.kill(pid, SIGKILL) }
            return number < blow.number ? nil : blow.isDone ? .lostReply : .resetBeforeBody
        }
    }

    private func expectBytes(_ world: MediaDeployment) async throws {
        let file = try #require(world.source.library.account().first)
        let bytes = try await world.store.content(of: Deployment.prefix + file.path, in: MediaDeployment.bucket)
        #expect(bytes == file.content.bytes(0..<file.size))
    }

    /// Goes on with a run that has nothing left to fetch.
    private func finish(_ input: ListInput, _ world: MediaDeployment, _ lister: String) async throws {
        var input = input
        for _ in 1...10 {
            let page = try await world.invoke(lister, input, as: ListOutput.self)
            #expect(page.batches.isEmpty)
            if page.next == .done { return }
            input.cursor = page.cursor
        }
        Issue.record("the run does not end")
    }
}
