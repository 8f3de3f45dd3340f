import Checksums
import Clocks
import Foundation
import LocalAdapters
import StateMachine
import SyncCore
import TestSupport
import Testing

@testable import obsync

extension MirrorPlace {
    /// Has the checker look at a place that a run has worked on, and at the histories that it keeps.
    ///
    /// - Parameters:
    ///   - mirror: the store of the files; nil for the folder itself.
    ///   - vaults: the ids of the vaults that are mirrored, and their folders.
    ///   - secrets: what no history may tell, beside what is in the credentials file.
    ///   - told: what runs have told beside their histories.
    ///   - excused: rules that the test breaks on purpose.
    ///   - sourceLocation: where violations are reported.
    /// - Throws: when the folder cannot be read.
    func expectInvariants(
        in mirror: (any ObjectStore)? = nil,
        of vaults: [(id: String, folder: String)],
        secrets: [String] = [],
        told: [MirrorEvidence.Told] = [],
        excusing excused: Set<MirrorEvidence.Rule> = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let records = try SQLiteRecordStore(path: self.records)
        var watched: [MirrorEvidence.WatchedVault] = []
        for vault in vaults {
            let id = try #require(VaultID(vault.id))
            // Of several vaults of one name each has a folder of its own.
            watched.append(.init(id: id, folder: try await records.state(of: id)?.folder ?? vault.folder))
        }
        var evidence = MirrorEvidence(
            records: records,
            mirror: mirror ?? FolderObjectStore(root: disk, scratch: data + "/tmp"),
            state: state,
            vaults: watched,
            makeHasher: { SHA256Hasher() },
            clock: SystemClock()
        )
        let secret = FileManager.default.contents(atPath: credentials).flatMap { try? Secret(json: Array($0)) }
        let paths = [
            ["auth", "password"], ["auth", "totp_secret"], ["token", "value"], ["access_token"], ["refresh_token"],
        ]
        evidence.secrets = secrets + paths.compactMap { try? secret?.text(at: $0) }
        evidence.told = told
        let kept = try KeptExecutions(in: self)
        for execution in try await kept.store.executions(status: nil, limit: 100) {
            let events = try await kept.store.events(of: execution.name, after: 0, limit: 10_000)
            evidence.told += events.map { .init("history", "\($0.details)") }
            evidence.told.append(.init("output", execution.output?.jsonText ?? execution.cause ?? ""))
        }
        evidence.excused = excused
        for violation in try await MirrorInvariants.violations(of: evidence) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
    }
}
