import InMemoryTracing
import Logging
import MetricsTestKit
import TestSupport
import TestWorld

@testable import Pipeline
@testable import SyncCore

/// The whole pipeline over a world, with everything that it tells.
struct ObservedPipeline {
    let world: World
    let log = RecordingLog()
    let sink = TestMetrics()
    let tracer = InMemoryTracer()
    let pipeline: Pipeline

    init(_ world: World) {
        self.world = world
        let mirror = FaultyObjectStore(world.mirror, fail: world.mirrorFaults)
        var pipeline = Pipeline(
            secrets: world.secrets,
            providers: [FakeProvider(world.library)],
            records: FaultyRecordStore(world.records, fail: world.recordFaults),
            state: FaultyObjectStore(world.state, fail: world.stateFaults),
            mirror: { _ in (mirror, "here") },
            clock: world.clock,
            makeHasher: { FingerprintHasher() }
        )
        pipeline.metrics = SyncMetrics(factory: sink)
        pipeline.tracer = tracer
        pipeline.listing = world.listing
        pipeline.downloading = world.downloading
        self.pipeline = pipeline
    }

    private func call(_ function: PipelineFunction, _ event: [String: JSON]) async throws -> [String: JSON] {
        let answer = try await pipeline.run(
            function,
            event: try FunctionJSON.encode(JSON.object(event)),
            deadline: world.deadline,
            logger: log.logger()
        )
        return try FunctionJSON.decode(JSON.self, from: answer).members
    }

    /// Goes through the states as the state machine does; what a downloader throws stops nobody.
    func run(execution: String = "nightly") async throws {
        let name = JSON.string(execution)
        var input = try await call(.authenticator, ["execution": name, "input": .object([:])])
        for _ in 1...20 {
            input["execution"] = name
            let page = try await call(.lister, input)
            guard page["next"] == .string("work"), case .array(let batches)? = page["batches"] else { return }
            for batch in batches {
                let event = ["execution": name, "run": page["run"], "request": page["request"], "batch": batch]
                do {
                    _ = try await call(.downloader, event.compactMapValues { $0 })
                } catch {
                    // The lister finds it by the receipt.
                }
            }
            input["cursor"] = page["cursor"]
        }
    }

    func total(_ name: MetricName, _ dimensions: [(String, String)]? = nil) -> Int64 {
        guard let dimensions else { return sink.counterTotal(label: name.rawValue) }
        return sink.counterTotal(label: name.rawValue, dimensions: dimensions)
    }

    func values(_ name: MetricName) -> [Double] {
        sink.recorders(label: name.rawValue).flatMap(\.values)
    }
}
