import Clocks
import Foundation
import Listing
import LocalAdapters
import Pipeline
import StateMachine
import SyncCore

/// Puts together what is known of a folder's mirrors. Nobody is asked, and nothing of the mirror is written.
struct StatusReader {
    let folder: LocalFolder
    /// The credentials file, where one is known.
    let credentials: String?
    let clock: any WallClock

    private var records: String { folder.data + "/records.sqlite" }

    /// Reads everything.
    ///
    /// - Throws: `InvalidInput` where there is no mirror, `StoreUnavailable`.
    func read() async throws -> FolderStatus {
        guard FileManager.default.fileExists(atPath: records) else {
            throw SyncError(
                .invalidInput,
                "there is no mirror in \(folder.path); name the folder of one with --dest, or make one: "
                    + "obsync sync --dest \(folder.path.shellQuoted)"
            )
        }
        let store = try SQLiteRecordStore(path: records)
        let executions = try await self.executions()
        let isAtWork = FolderLock.holder(path: folder.data + "/lock")
        let ended = executions.first { $0.status != .running || $0.isOrphan }
        let last = try await report(on: ended)
        var status = FolderStatus(destination: folder.path)
        let summary = ended?.output.flatMap { try? FunctionJSON.decode(Summary.self, from: $0.jsonText.utf8) }
        status.vaults = try await VaultStatuses(records: store, now: clock.now)
            .read(try await store.vaults(), last, left: summary?.leftVaults ?? [])
        status.lastRun = ended.map { run($0, summary) }
        status.current = try await current(isAtWork, executions.first { $0.shownStatus == .running }, store)
        status.token = credentials.map(token)
        return status
    }

    private func executions() async throws -> [ExecutionRecord] {
        guard FileManager.default.fileExists(atPath: folder.executions) else { return [] }
        return try await KeptExecutions(in: folder).store.executions(status: nil, limit: 20)
    }

    private func report(on record: ExecutionRecord?) async throws -> RunReport? {
        guard let record, let run = RunID(record.input["run"]?.string ?? record.name) else { return nil }
        let state = FolderObjectStore(root: folder.data + "/state", scratch: folder.data + "/state/tmp")
        return try await RunReport.load(run, from: state, now: clock.now)
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
        let named = credentials.map { $0 == folder.credentials ? "" : " --credentials \($0.shellQuoted)" } ?? ""
        return "obsync sync --dest \(folder.path.shellQuoted)\(named)"
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
        for id in try await store.vaults() where id != .account {
            guard let progress = try await store.progress(of: id), progress.run == run,
                ![.completed, .failed].contains(progress.phase)
            else { continue }
            current.vaultID = id.rawValue
            current.phase = progress.phase.rawValue
            (current.filesDone, current.filesTotal) = (progress.filesComplete, progress.filesTotal)
            (current.bytesDone, current.bytesTotal) = (progress.bytesComplete, progress.bytesTotal)
        }
        return current
    }

    private func token(_ path: String) -> FolderStatus.Token {
        var token = FolderStatus.Token(credentials: path, isRenewable: false)
        do {
            let secret = try FileSecretStore.read(path)
            token.provider = try secret.text("provider")
            token.expires = try secret.text("expires_at").flatMap { Timestamp(iso8601: $0)?.iso8601 }
            token.isRenewable =
                try token.provider == "gopro"
                ? secret.text("refresh_token") != nil : secret.text("auth", "password") != nil
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
