import Foundation
import TestSupport
import Testing

@testable import Listing

/// What `make reliability` runs: all faults, and as many seeds as were asked for. The suites beside it run a part of it.
@Suite("reliability", .serialized, .enabled(if: ReliabilityRow.folder != nil, "`make reliability` runs it"))
struct ReliabilityRun {
    private static let atOnce = 100

    @Test("every fault at every call", arguments: [false, true])
    func everyFault(isMedia: Bool) async throws {
        var row = ReliabilityRow("every fault at every call, " + (isMedia ? "a library of media" : "two vaults"))
        let (faults, clean) = try await PlannedFault.all(isMedia: isMedia)
        #expect(clean.violations == [])
        for start in stride(from: 0, to: faults.count, by: Self.atOnce) {
            let some = Array(faults[start..<min(start + Self.atOnce, faults.count)])
            let found = try await some.concurrentMap(atOnce: 2) { try await $0.violations(clean: clean) }
            row.runs += some.count
            row.faults += some.count
            row.survived += found.count { $0.isEmpty }
            row.violations += found.reduce(0) { $0 + $1.count }
            for violation in found.flatMap(\.self) { Issue.record("\(violation)") }
            row.look()
        }
        try row.keep()
    }

    @Test("seeds", .timeLimit(.minutes(120)))
    func seeds() async throws {
        var row = ReliabilityRow("simulated weeks, a seed each")
        let count = ReliabilityRow.number("SEEDS") ?? 10_000
        for start in stride(from: 1, through: count, by: Self.atOnce) {
            let seeds = Array(start..<min(start + UInt64(Self.atOnce), count + 1))
            let outcomes = try await seeds.concurrentMap(atOnce: 2) { try await Simulation(seed: $0).outcome() }
            for (seed, outcome) in zip(seeds, outcomes) {
                row.runs += 1
                row.faults += outcome.faults
                row.survived += outcome.violations.isEmpty ? 1 : 0
                row.violations += outcome.violations.count
                if !outcome.violations.isEmpty { Issue.record("\(Simulation.report(seed, outcome))") }
            }
            row.look()
        }
        try row.keep()
    }

    @Test("one seed", .enabled(if: ReliabilityRow.number("SEED") != nil, "no SEED is given"))
    func oneSeed() async throws {
        let seed = try #require(ReliabilityRow.number("SEED"))
        let outcome = try await Simulation(seed: seed).outcome()
        print("seed \(seed): \(outcome.calls) calls, \(outcome.faults) faults, digest \(outcome.digest)")
        print(outcome.trace.joined(separator: "\n"))
        if !outcome.violations.isEmpty { Issue.record("\(Simulation.report(seed, outcome))") }
    }
}
