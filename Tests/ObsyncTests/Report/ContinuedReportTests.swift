import Foundation
import Listing
import StateMachine
import SyncCore
import Testing

@testable import obsync

/// A report of a run that was too long for one execution.
@Suite("a report of a run of several executions")
struct ContinuedReportTests {
    @Test("its figures are those of the records and of the run, whichever execution is named", .timeLimit(.minutes(5)))
    func figures() async throws {
        let count = 20_000
        var world = PipelineWorld(files: count)
        world.listing.batchesPerPage = 10
        world.listing.eventLimit = 600
        let summary = try await world.run()
        #expect(summary.filesCount == count)
        let source = ReportSource(
            place: "here",
            archive: KeptExecutions(world.executions),
            records: world.records,
            vaults: [.notes],
            state: world.state,
            credentials: nil,
            setAside: nil
        )
        let data = try await source.collect(nil, withNames: true)
        let executions = world.executions.executions(status: nil, limit: 100)
        #expect(data.chain.count >= 4 && data.chain.count == executions.count)
        #expect(data.chain.map(\.name) == ["run-1"] + (1..<data.chain.count).map { "run-1-c\($0)" })
        #expect(data.summary?.filesCount == count && data.error == nil)
        #expect(data.census.counts == [.added: count])
        #expect(data.census.sizes.reduce(0, +) == count && data.census.stored == data.census.sizes)

        let batches = data.history.batches
        let entered = world.events(of: executions).count { $0.type == .mapIterationStarted }
        #expect(batches.count == entered && batches.count >= count / 100)
        #expect(batches.reduce(0) { $0 + $1.files } == count)
        let bytes = (0..<count).reduce(0) { $0 + "text \($1)".utf8.count }
        #expect(batches.reduce(0) { $0 + $1.bytes } == Int64(bytes))
        #expect(data.history.failureCount == 0)
        #expect(data.history.states["Authenticate"]?.entered == data.chain.count)
        #expect(data.history.states["Done"]?.entered == 1)

        let page = ReportPage(data: data).html
        for (name, figure) in [("added", count), ("files fetched", count), ("changed", 0), ("deleted", 0)] {
            #expect(page.contains("<dt>\(name)</dt><dd>\(figure.grouped)</dd>"), "\(name)")
        }
        let first = try await source.collect("run-1", withNames: true)
        #expect(first.chain.map(\.name) == data.chain.map(\.name))
    }
}

extension PipelineWorld {
    /// The events of several executions.
    fileprivate func events(of executions: [ExecutionRecord]) -> [HistoryEvent] {
        executions.flatMap { events(of: $0.name) }
    }
}
