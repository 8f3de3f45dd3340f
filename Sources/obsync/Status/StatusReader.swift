import Clocks
import CredentialFiles
import Foundation
import Listing
import LocalAdapters
import Pipeline
import Providers
import StateMachine
import SyncCore

/// Puts together what is known of the mirrors in a folder or a bucket. Nobody is asked, and nothing of the mirror is written.
struct StatusReader {
    let place: any MirrorPlace
    /// The credentials file, where one is known.
    let credentials: String?
    let clock: any WallClock

    /// Reads everything.
    ///
    /// - Throws: `InvalidInput` where there is no mirror, `StoreUnavailable`.
    func read() async throws -> FolderStatus {
        guard FileManager.default.fileExists(atPath: place.records) else {
            throw SyncError(
                .invalidInput,
                "no mirror in \(place.name) is known here; name the folder or bucket of one with --dest, or make one: "
                    + "obsync sync --dest \(place.name.shellQuoted)"
            )
        }
        let store = try SQLiteRecordStore(path: place.records)
        let executions = try await self.executions()
        let isAtWork = FolderLock.holder(path: place.lock)
        let ended = executions.first { $0.status != .running || $0.isOrphan }
        let last = try await report(on: ended)
        var status = FolderStatus(destination: place.name)
        let summary = ended?.output.flatMap { try? FunctionJSON.decode(Summary.self, from: $0.jsonText.utf8) }
        let working = executions.first { $0.shownStatus == .running }
        // A vault that is mirrored for the first time has a name in the run's plan alone.
        let names = isAtWork == nil ? [:] : try await report(on: working)?.names ?? [:]
        status.vaults = try await VaultStatuses(records: store, now: clock.now, names: names)
            .read(try await store.vaults(), LastRun(summary, last))
        status.lastRun = ended.map { run($0, summary) }
        status.current = try await current(isAtWork, working, store)
        status.token = credentials.map(token)
        return status
    }

    private func executions() async throws -> [ExecutionRecord] {
        guard FileManager.default.fileExists(atPath: place.executions) else { return [] }
        return try await KeptExecutions(in: place).store.executions(status: nil, limit: 20)
    }

    private func report(on record: ExecutionRecord?) async throws -> RunReport? {
        guard let record, let run = RunID(record.input["run"]?.string ?? record.name) else { return nil }
        return try await RunReport.load(run, from: place.state, now: clock.now)
    }

    private func run(_ record: ExecutionRecord, _ summary: Summary?) -> FolderStatus.Run {
        let cause = record.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
        let advice = Advice(credentials: credentials, command: command)
        let stopped = record.shownStatus == .aborted ? "The next run goes on from there." : nil
        return FolderStatus.Run(
            execution: record.name,
            status: record.shownStatus.rawValue,
            started: record.started.toTheSecond,
            stopped: record.stopped?.toTheSecond,
            error: record.error,
            message: cause?.errorMessage,
            advice: record.error.flatMap { advice.text(for: .init(rawValue: $0)) } ?? stopped,
            withheld: summary.map { $0.vaults.reduce(0) { $0 + $1.withheld } }
        )
    }

    private var command: String {
        let named = credentials.map { $0 == place.credentials ? "" : " --credentials \($0.shellQuoted)" } ?? ""
        return (["obsync", "sync"] + place.arguments).map(\.shellQuoted).joined(separator: " ") + named
    }

    private func current(
        _ holder: FolderLock.Holder?,
        _ record: ExecutionRecord?,
        _ store: SQLiteRecordStore
    ) async throws -> FolderStatus.Current? {
        guard let holder else { return nil }
        var current = FolderStatus.Current(process: holder.process, since: holder.since.iso8601)
        guard let record, let run = RunID(record.input["run"]?.string ?? record.name) else { return current }
        current.execution = record.name
        try await current.note(run, over: try await store.vaults(), in: store)
        return current
    }

    private func token(_ path: String) -> FolderStatus.Token {
        var token = FolderStatus.Token(credentials: path, isRenewable: false)
        do {
            let secret = try FileSecretStore.read(path)
            token.provider = try secret.text("provider")
            token.expires = try secret.text("expires_at").flatMap { Timestamp(iso8601: $0)?.iso8601 }
            token.isRenewable =
                try ProviderDescription.named(token.provider)?.isRenewable(secret) ?? false
        } catch {
            token.problem = error.message
        }
        return token
    }
}

extension StateMachine.Timestamp {
    /// To the second: `2026-11-21T03:00:00Z`.
    var toTheSecond: String { description.prefix(19) + "Z" }
}
