import Listing
import TestSupport
import TestWorld
import Testing

@testable import Pipeline
@testable import SyncCore

/// The functions as the state machine chains them: what one answers is what the next is given.
@Suite("A token that dies on the way")
struct TokenDeathTests {
    private let world = World.withNotes(["a": "1", "b": "2", "c": "3", "d": "4", "e": "5"])

    private var pipeline: Pipeline {
        var pipeline = Pipeline(
            secrets: world.secrets,
            providers: [FakeProvider(world.library)],
            records: world.records,
            state: world.state,
            mirror: { [world] _ in (world.mirror, world.destination) },
            clock: world.clock,
            makeHasher: { FingerprintHasher() }
        )
        pipeline.listing.batchSize = 2
        pipeline.downloading = world.downloading
        return pipeline
    }

    private func run(_ function: PipelineFunction, _ event: JSON) async throws -> JSON {
        let answer = try await pipeline.run(
            function,
            event: try FunctionJSON.encode(event),
            deadline: world.deadline,
            logger: .quiet
        )
        return try FunctionJSON.decode(JSON.self, from: answer)
    }

    /// Goes through the states to the end; how often the run came back to the authenticator.
    private func execute() async throws -> Int {
        let name = JSON.string("nightly")
        var state = try await run(.authenticator, .object(["execution": name, "input": .object([:])]))
        var returns = 0
        while true {
            do {
                state = try await run(.lister, state)
            } catch let error as SyncError where error.name == .tokenExpired {
                returns += 1
                let caught = state.setting(.object(["Error": .string(error.name.rawValue)]), at: ["error"])
                state = try await run(.authenticator, .object(["execution": name, "input": caught]))
                continue
            }
            guard state.members["next"] == .string("work") else { return returns }
            guard case .array(let batches)? = state.members["batches"] else { return returns }
            for batch in batches {
                let event: [String: JSON?] = [
                    "run": state.members["run"], "request": state.members["request"], "batch": batch,
                ]
                // One batch never stops the others.
                _ = try? await run(.downloader, .object(event.compactMapValues { $0 }))
            }
        }
    }

    @Test("costs one new token, and no file is fetched twice")
    func inTheMiddle() async throws {
        world.library.setFaults { $0.contentsUntilTokenExpires = 3 }
        #expect(try await execute() == 1)
        #expect(world.library.tokensIssued == 2, "the first sign-in, and one more")
        #expect(world.library.contentsSent == 5)
        #expect(world.texts.count == 5)
        #expect(world.secrets.writes == 2)
    }
}
