import Clocks
import Listing
import Pipeline
import StateMachine
import SyncCore

/// Everything that the report of a run shows.
struct ReportData {
    /// What was moved into the history within the run, by why.
    struct SetAside {
        var counts: [FileVersion.Ending: Int] = [:]
        /// The first of them, each with its vault.
        var named: [(vault: String, path: String, size: Int64, ending: FileVersion.Ending)] = []
    }

    /// The folder or the deployment.
    var place: String
    /// Whether vaults and files are named.
    var hasNames: Bool
    /// The executions of the run, the oldest first.
    var chain: [ExecutionRecord]
    var outline: MachineOutline
    var history: RunHistory
    /// What came of the run; nil while it is at work.
    var summary: Summary?
    /// What it failed with.
    var error: SyncError?
    /// What a person does about that.
    var advice: String?
    var census: FileCensus
    /// The names of vaults by id.
    var names: [String: String]
    /// Nil where the bucket keeps old versions by itself.
    var setAside: SetAside?
    var now: StateMachine.Timestamp

    var first: ExecutionRecord? { chain.first }
    var last: ExecutionRecord? { chain.last }
    var isAtWork: Bool { last?.shownStatus == .running }
    /// From the start of the first execution to the end of the last.
    var duration: Duration {
        guard let first, let last else { return .zero }
        return (last.stopped ?? now).duration(since: first.started)
    }

    /// The name of a vault, or its id where names are left out.
    func name(of vault: String) -> String { hasNames ? names[vault] ?? vault : vault }
}

/// Where a report takes its facts from.
struct ReportSource {
    let place: String
    let archive: any ExecutionArchive
    let records: any RecordStore
    let vaults: [VaultID]
    let state: any ObjectStore
    /// The credentials file, where they are one.
    let credentials: String?
    /// Tells what was set aside within a time; nil where that is the bucket's affair.
    let setAside: ((_ from: Clocks.Timestamp, _ to: Clocks.Timestamp) async throws -> ReportData.SetAside)?

    /// Collects everything about a run.
    ///
    /// - Parameters:
    ///   - name: the name of any of its executions; nil for the newest.
    ///   - withNames: whether vaults and files are named.
    /// - Returns: what a page shows.
    /// - Throws: `InvalidInput` where there is no such execution; what the stores throw.
    func collect(_ name: String?, withNames: Bool) async throws -> ReportData {
        let record = try await record(name)
        let chain = try await archive.chain(of: record)
        let last = chain.last ?? record
        let now = SystemInterpreterClock().now()
        let run = archive.run(of: record)
        let report = try await load(run)
        var data = ReportData(
            place: place,
            hasNames: withNames,
            chain: chain,
            outline: MachineOutline(try await archive.definition(of: last)),
            history: try await RunHistory.read(chain, in: archive),
            census: FileCensus(run: run),
            names: [:],
            now: now
        )
        try await count(into: &data, report)
        try await addOutcome(of: last, to: &data, report)
        if let setAside, let first = chain.first {
            let end = (last.stopped ?? now).milliseconds
            data.setAside = try await setAside(
                Clocks.Timestamp(milliseconds: first.started.milliseconds),
                Clocks.Timestamp(milliseconds: end + 1)
            )
        }
        return data
    }

    private func record(_ name: String?) async throws -> ExecutionRecord {
        if let name { return try await archive.named(name) }
        guard let newest = try await archive.newest(1).first else {
            throw SyncError(.invalidInput, "no run is known of \(place); start one first")
        }
        return try await archive.named(newest.name)
    }

    private func load(_ run: RunID?) async throws -> RunReport? {
        guard let run else { return nil }
        return try await RunReport.load(run, from: state, now: SystemClock().now)
    }

    private func count(into data: inout ReportData, _ report: RunReport?) async throws {
        var names = Dictionary((report?.names ?? [:]).map { ($0.key.rawValue, $0.value) }) { first, _ in first }
        for vault in vaults where vault != .account {
            if let name = try await records.state(of: vault)?.name { names[vault.rawValue] = name }
            var pages = records.allRecords(in: vault, after: nil).makeAsyncIterator()
            while let page = try await pages.next(isolation: nil) {
                for record in page { data.census.take(record, of: vault.rawValue) }
            }
        }
        data.census.finish()
        data.names = names
    }

    private func addOutcome(of record: ExecutionRecord, to data: inout ReportData, _ report: RunReport?) async throws {
        if record.shownStatus == .running { return }
        if record.status == .succeeded {
            data.summary = record.output.flatMap { try? FunctionJSON.decode(Summary.self, from: $0.jsonText.utf8) }
        } else {
            let cause = record.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
            let usual = record.shownStatus == .aborted ? "the run was stopped" : "the run failed"
            let error = SyncError(.init(rawValue: record.error ?? "Stopped"), cause?.errorMessage ?? usual)
            data.error = error
            data.summary = report?.summary(ofFailure: error) ?? Summary(failure: error)
            let redrive = "obsync redrive \(record.name) \(archive.place)"
            data.advice =
                Advice(credentials: data.hasNames ? credentials : nil, command: redrive).text(for: error.name)
                ?? (record.shownStatus == .aborted ? "To go on with it: \(redrive)" : nil)
        }
        try await data.summary?.addAttention(from: records, withPaths: data.hasNames)
    }
}

extension FileAdvice {
    /// What a person does about a file that is not mirrored.
    static func text(for error: String) -> String {
        switch SyncError.Name(rawValue: error) {
        case .corruptContent:
            "Every run fetches it again. If it stays, open the file in the app and save it anew."
        case .nameRefused: "Give it a shorter or plainer name at the source."
        case .tooLarge: "The store takes no file of this size: leave it out with a pattern, or take another store."
        case .sourceGone: "Nothing: it is gone at the source."
        case .storeRefused: "The store refuses it; the code says why."
        case .partialFailure: "Every run tries again what is missing."
        default:
            Advice.mayPass(.init(rawValue: error))
                ? "Nothing: the next run tries it again." : "See the reason; every run tries it again."
        }
    }
}

/// Advice about single files.
enum FileAdvice {}
