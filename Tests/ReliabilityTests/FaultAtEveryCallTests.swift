import SyncCore
import TestSupport
import Testing

@testable import Listing

/// A fault at a call of the reference run.
struct PlannedFault: Sendable, CustomStringConvertible {
    let isMedia: Bool
    let number: Int
    let call: Call
    let fate: Fate

    var description: String { "\(isMedia ? "media" : "notes"), call \(number) (\(call)): \(fate)" }

    /// What may happen at a call: the deaths, and each error that its port knows.
    static func fates(of call: Call) -> [Fate] {
        let deaths: [Fate] = [.deathBefore, .deathAfter, .exitBefore, .exitAfter]
        let errors = errors(of: call)
        return (call.port == .executions ? [.deathBefore, .deathAfter] : deaths)
            + errors.passing.flatMap { [.refused($0), .lost($0)] } + errors.lasting.map { .refused($0) }
    }

    private static func errors(of call: Call) -> (passing: [SyncError.Name], lasting: [SyncError.Name]) {
        switch call.port {
        case .executions: ([], [])
        case .alerts: ([.storeUnavailable, .throttled], [.storeRefused])
        case .mirror, .state: ([.storeUnavailable, .throttled], [.storeRefused])
        case .records, .secrets: ([.storeUnavailable, .throttled], [.invalidConfiguration])
        case .provider:
            switch call.operation {
            case "check", "renew": ([.sourceUnavailable, .throttled], [.authenticationFailed, .protocolChanged])
            case "open":
                (
                    [.sourceUnavailable, .throttled, .tokenExpired],
                    [.vaultPasswordWrong, .subscriptionExpired, .protocolChanged]
                )
            case "content", "chunk", "range":
                ([.sourceUnavailable, .throttled], [.corruptContent, .fileUnavailable, .protocolChanged])
            default: ([.sourceUnavailable, .throttled, .tokenExpired], [.protocolChanged])
            }
        }
    }

    /// Every fault at every call of the reference run, and how the run ends without one.
    static func all(isMedia: Bool) async throws -> (faults: [PlannedFault], clean: ReferenceRun.Outcome) {
        let clean = try await ReferenceRun(isMedia: isMedia).outcome()
        let faults = clean.calls.enumerated().flatMap { index, call in
            fates(of: call).map { PlannedFault(isMedia: isMedia, number: index + 1, call: call, fate: $0) }
        }
        return (faults, clean)
    }

    /// What does not hold once the run has met this fault, was redriven, and another one came after it.
    func violations(clean: ReferenceRun.Outcome) async throws -> [String] {
        let outcome = try await ReferenceRun(isMedia: isMedia, fault: (number, fate)).outcome()
        var found = outcome.violations
        if outcome.calls.count < number { found.append("the call is not reached") }
        if outcome.end != clean.end {
            let differences = Set(outcome.end).symmetricDifference(clean.end).sorted()
            found.append("the end is another one: \(differences.prefix(6))")
        }
        return found.map { "\(self): \($0)" }
    }
}

@Suite("a fault at every call")
struct FaultAtEveryCallTests {
    @Test("leaves nothing that a redrive and the next run do not mend", arguments: [false, true])
    func everyCall(isMedia: Bool) async throws {
        let (faults, clean) = try await PlannedFault.all(isMedia: isMedia)
        #expect(clean.violations == [])
        #expect(Set(clean.calls.map(\.port)).count >= 6, "\(Set(clean.calls))")
        // Every 17th of them; the others are for `make reliability`.
        let some = stride(from: 0, to: faults.count, by: 17).map { faults[$0] }
        let found = try await some.concurrentMap(atOnce: 2) { try await $0.violations(clean: clean) }
        for violation in found.flatMap(\.self) { Issue.record("\(violation)") }
    }

    @Test("leaves deletions that were by a whole listing, also where the run comes back superseded")
    func superseded() async throws {
        let (faults, clean) = try await PlannedFault.all(isMedia: false)
        let some = faults.filter { fault in
            fault.call == Call(port: .records, operation: "saveProgress")
                && fault.fate == .refused(.invalidConfiguration)
        }
        #expect(some.count > 1)
        let found = try await some.concurrentMap(atOnce: 2) { try await $0.violations(clean: clean) }
        for violation in found.flatMap(\.self) {
            Issue.record("\(violation)")
        }
    }
}
