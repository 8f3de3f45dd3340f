import Foundation
import SyncCore
import TestSupport
import Testing

@testable import Listing

extension Simulation {
    /// What a person needs of a seed that fails.
    static func report(_ seed: UInt64, _ outcome: Outcome) -> String {
        "seed \(seed) fails; replay it with `make reliability SEED=\(seed)`\n"
            + outcome.violations.joined(separator: "\n") + "\nwhat went before:\n"
            + outcome.trace.joined(separator: "\n")
    }
}

@Suite("a simulation of everything under chance")
struct SimulationTests {
    @Test("ends with a mirror that is what the library is, for 200 seeds that are always the same")
    func fixedSeeds() async throws {
        try await expectAllHold(Array(1...200))
    }

    @Test("ends with a mirror that is what the library is, for 50 seeds that were never tried")
    func newSeeds() async throws {
        let first = UInt64.random(in: 1_000_000...1_000_000_000_000)
        print("simulation: 50 new seeds from \(first) on")
        try await expectAllHold(Array(first..<(first + 50)))
    }

    @Test("holds for seeds that failed once", arguments: [530] as [UInt64])
    func onceFailed(seed: UInt64) async throws {
        try await expectAllHold([seed])
    }

    @Test("goes the same way for the same seed, call by call", arguments: [3, 4, 17, 40] as [UInt64])
    func replays(seed: UInt64) async throws {
        let first = try await Simulation(seed: seed).outcome()
        let second = try await Simulation(seed: seed).outcome()
        let other = try await Simulation(seed: seed + 1).outcome()
        #expect(first.calls > 100)
        #expect(first.digest == second.digest)
        #expect(first.trace == second.trace)
        #expect(first.digest != other.digest)
    }

    private func expectAllHold(_ seeds: [UInt64]) async throws {
        let outcomes = try await seeds.concurrentMap(atOnce: 2) { try await Simulation(seed: $0).outcome() }
        for (seed, outcome) in zip(seeds, outcomes) where !outcome.violations.isEmpty {
            Issue.record("\(Simulation.report(seed, outcome))")
        }
        #expect(outcomes.reduce(0) { $0 + $1.faults } >= seeds.count)
    }
}
