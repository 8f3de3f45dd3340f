import TestSupport
import TestWorld

@testable import Listing
@testable import SyncCore

extension World {
    /// What a stage is given, for a run that has the vault's lease.
    func stageContext(_ request: SyncRequest = SyncRequest(), run: RunID = .first) async throws -> PassContext {
        let ports = try await ports
        let lease = HeldLease(of: run, .anew, on: .notes, in: ports.records, clock: clock)
        _ = try await lease.take()
        return PassContext(
            input: ListInput(run: run, request: request),
            ports: ports,
            settings: listing,
            vault: Vault.notes.mirrored(to: destination),
            folder: "Notes",
            lease: lease,
            started: clock.now,
            deadline: deadline,
            metrics: SyncMetrics(),
            observe: { _ in },
            logger: .quiet
        )
    }

    /// A plan of the vault with a listing.
    func stagePlan(isSnapshot: Bool = true) -> RunState.VaultPlan {
        var plan = RunState.VaultPlan(vault: Vault.notes.mirrored(to: destination), folder: "Notes")
        plan.listing = .init(isSnapshot: isSnapshot, entries: 5, unreadable: 0, cursor: SourceCursor("7"))
        return plan
    }
}

/// A file of a listing.
func file(_ path: String, version: Int64 = 1, size: Int64? = 10) -> Entry {
    Entry(kind: .file, path: VaultPath(path), version: version, handle: "\(version)", size: size)
}
