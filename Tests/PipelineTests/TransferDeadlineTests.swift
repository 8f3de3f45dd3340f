import Downloading
import Foundation
import Listing
import Pipeline
import Simulators
import SyncCore
import Testing

/// The downloader's own executable, with so little time for each invocation that one is not enough.
@Suite(
    "a transfer that outlives invocations",
    .tags(.integration),
    .serialized,
    .enabled(if: Deployment.emulator != nil),
    .timeLimit(.minutes(10))
)
struct TransferDeadlineTests {
    private static let size: Int64 = 64 << 20
    private static let partSize: Int64 = 5 << 20

    /// What became of one call. Whatever else computes on this machine may leave it no time for a single part, and then not
    /// even for its answer.
    private enum Call {
        case complete, partial, killed

        init(_ answer: Result<DownloadOutput, MediaDeployment.FunctionFailure>) throws {
            switch answer {
            case .success(let output): self = output.status == .complete ? .complete : .partial
            case .failure(let failure) where failure.answer.contains("Sandbox.Timedout"): self = .killed
            case .failure(let failure):
                // So little time may be up in the middle of any request.
                let isShortOfTime = ["no file and no part arrived", "TimedOut"].contains { failure.answer.contains($0) }
                try #require(isShortOfTime, "\(failure.answer)")
                self = .partial
            }
        }
    }

    @Test("it arrives over many of five seconds, and less than one part for each is fetched again")
    func deadline() async throws {
        let environment = [
            "CHUNK_SIZE": "\(Self.partSize)", "LAMBDA_TIMEOUT_BUFFER": "3", "LOG_LEVEL": "error",
        ]
        try await MediaDeployment.with(
            clipBytes: Self.size,
            sourcePace: 8 << 20,
            retention: .discarded(above: 1 << 20),
            environment: environment
        ) { world in
            try await withLambdaProcess(world.variables, options: ["--timeout", "5"]) { address in
                func url(_ function: PipelineFunction) -> String {
                    "\(address)/2015-03-31/functions/\(function.rawValue)/invocations"
                }
                let input = ListInput(run: try #require(RunID("run-1")), request: SyncRequest())
                // On a busy machine the time of one call may not be enough for a page, nor for any request.
                var answer = try await world.attempt(url(.lister), input, as: ListOutput.self)
                for _ in 0..<30 {
                    guard case .failure = answer else { break }
                    answer = try await world.attempt(url(.lister), input, as: ListOutput.self)
                }
                var page = try answer.get()
                for _ in 0..<30 where page.batches.isEmpty && page.next == .work {
                    let rest = ListInput(run: input.run, request: page.request, cursor: page.cursor)
                    page = try await world.invoke(url(.lister), rest, as: ListOutput.self)
                }
                let batch = try #require(page.batches.first)
                let event = DownloadInput(run: input.run, request: page.request, batch: batch)
                var calls: [Call] = []
                while calls.last != .complete {
                    try #require(calls.count < 60)
                    let answer = try await world.attempt(url(.downloader), event, as: DownloadOutput.self)
                    calls.append(try Call(answer))
                    let objects = world.store.objects(in: MediaDeployment.bucket)
                    #expect(calls.last == .complete || objects.allSatisfy { $0.size < Self.size })
                }
                #expect(calls.count > 2)
                let lost = calls.count + calls.count { $0 == .killed } * 3
                #expect(world.source.counters.bytesSent - Self.size < Int64(lost) * Self.partSize)
                try await world.expectClip()
                #expect(world.store.openUploads(in: MediaDeployment.bucket).isEmpty)
            }
        }
    }
}
