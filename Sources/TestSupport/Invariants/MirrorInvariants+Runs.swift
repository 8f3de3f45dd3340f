import Foundation
import SyncCore

// MARK: - What runs leave behind, and what they tell

extension MirrorInvariants {
    func leases() async throws -> [Violation] {
        var found: [Violation] = []
        for vault in evidence.vaults {
            let owner: String?
            if let leaseOwner = evidence.leaseOwner {
                owner = try await leaseOwner(vault.id)?.rawValue
            } else {
                owner = try await isLeased(vault.id) ? "somebody" : nil
            }
            if let owner {
                found.append(.init(rule: .leases, sentence: "the lease of \(vault.id.rawValue) is still with \(owner)"))
            }
        }
        return found
    }

    /// Asks for the lease as another run would, and gives it back.
    private func isLeased(_ vault: VaultID) async throws -> Bool {
        guard let asking = RunID("invariants") else { return true }
        let now = evidence.clock.now
        let isFree = try await evidence.records.acquireLease(Lease(owner: asking, now: now), on: vault, now: now)
        if isFree { try await evidence.records.releaseLease(of: asking, on: vault) }
        return !isFree
    }

    func secrecy() -> [Violation] {
        let secrets = PrivateTexts(evidence.secrets)
        return evidence.told.flatMap { told in
            secrets.found(in: told.text).sorted().map { secret in
                Violation(rule: .secrecy, sentence: "\(told.place) tells \(secret): \(told.text.prefix(300))")
            }
        }
    }

    func idleness() -> [Violation] {
        evidence.idleWrites.map { Violation(rule: .idleness, sentence: "a run with nothing to do wrote: \($0)") }
    }

    func failures(_ vaults: [KnownVault]) -> [Violation] {
        var found: [Violation] = []
        let records = vaults.flatMap(\.records.values)
        for record in records where record.status == .failed || record.status == .skipped {
            let path = record.path.rawValue
            if record.lastError == nil {
                found.append(.init(rule: .failures, sentence: "\(path) is \(record.status.rawValue) for no reason"))
            }
            if record.status == .failed, record.pendingSince == nil {
                found.append(
                    .init(rule: .failures, sentence: "\(path) has failed and does not wait for another attempt")
                )
            }
        }
        let failed = records.count { $0.status == .failed }
        if let reported = evidence.reportedFailures, reported < failed {
            found.append(.init(rule: .failures, sentence: "\(failed) files failed and \(reported) were reported"))
        }
        let pending = records.count { $0.pendingSince != nil && $0.status != .skipped }
        if let measured = evidence.measuredPending, measured != pending {
            found.append(.init(rule: .failures, sentence: "\(pending) files wait and \(measured) were measured"))
        }
        return found
    }

    /// What the states of runs, which the first release wrote in the same form, say of deletions.
    func deletions(_ vaults: [KnownVault]) async throws -> [Violation] {
        var found: [Violation] = []
        for run in try await runStates() {
            for plan in run.vaults {
                guard let known = vaults.first(where: { $0.vault.id.rawValue == plan.vault.id }) else { continue }
                let deleted = known.records.values.count { record in
                    record.status == .deleted && record.run.rawValue == run.run && record.isGroup != true
                }
                let name = "run \(run.run) deleted \(deleted) files of \(plan.vault.id)"
                // A run that comes back, and finds that a newer one has the vault, has begun its part anew: what it says of
                // its listing is not what it deleted by.
                if deleted > 0, plan.listing?.isSpooled != true, plan.outcome != .busy {
                    found.append(
                        .init(rule: .deletions, sentence: "\(name) without a listing that was read to its end")
                    )
                }
                if deleted > 0, plan.listing?.isOfFailures == true, plan.deleted == 0 {
                    found.append(.init(rule: .deletions, sentence: "\(name) by a list of what had failed"))
                }
                if deleted > 0, plan.withheld > 0 {
                    found.append(.init(rule: .deletions, sentence: "\(name) although the brake held them back"))
                }
            }
        }
        return found
    }

    private func runStates() async throws -> [FirstRelease.RunState] {
        var found: [FirstRelease.RunState] = []
        var pages = evidence.state.list("runs/", after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            for listed in page {
                guard let key = try? ObjectKey(listed.key), let stream = try await evidence.state.read(key, from: 0)
                else { continue }
                var bytes: [UInt8] = []
                var chunks = stream.makeAsyncIterator()
                while let chunk = try await chunks.next(isolation: nil) { bytes += chunk }
                found.append(try JSONDecoder().decode(FirstRelease.RunState.self, from: Data(bytes)))
            }
        }
        return found
    }
}
