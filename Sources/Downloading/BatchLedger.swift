import SyncCore

/// What is known of each entry of a batch while it is worked off.
struct BatchLedger: Sendable {
    enum Outcome: Sendable {
        case stored(bytes: Int64)
        case settledBefore
        case skipped
        case failed(SyncError.Name)
    }

    private(set) var outcomes: [VaultPath: Outcome] = [:]
    private var breaks: [VaultPath: Int] = [:]
    private var parts = 0
    private var putOff: Set<VaultPath> = []
    let entries: [Entry]
    let known: [VaultPath: FileRecord]

    /// Starts with what the records say: a repeated call finds its own earlier work there.
    init(_ batch: BatchHeader, _ entries: [Entry], known: [VaultPath: FileRecord], run: RunID) {
        self.entries = entries
        self.known = known
        let epoch = batch.vault.epoch
        for entry in entries {
            guard let record = known[entry.path], record.settles(entry, epoch: epoch) else { continue }
            let isOwn = record.run == run && record.version == entry.version && record.epoch == epoch
            // What an earlier run skipped is handed out on purpose: it gets another chance.
            if record.status == .skipped, !isOwn, record.version == entry.version { continue }
            outcomes[entry.path] =
                switch record.status {
                case .completed where isOwn: .stored(bytes: record.size ?? 0)
                case .skipped where isOwn: .skipped
                default: .settledBefore
                }
        }
    }

    /// The entries that nothing has come of yet, and that are not for a later call to go on with.
    ///
    /// What was begun before and not finished comes last: a file that outlives every call must not keep the others back.
    var open: [Entry] {
        let open = entries.filter { outcomes[$0.path] == nil && !putOff.contains($0.path) }
        func wasBegun(_ entry: Entry) -> Bool { known[entry.path]?.isBegun == true }
        return open.filter { !wasBegun($0) } + open.filter(wasBegun)
    }

    /// Grows whenever something was done that no later call has to do again.
    var progress: Int { outcomes.count + parts }

    var isComplete: Bool { outcomes.count == entries.count }

    mutating func note(_ outcome: Outcome, for path: VaultPath) {
        outcomes[path] = outcome
    }

    /// Counts parts of a file that were stored although the file is not complete. A source that gave some is not yet to be
    /// given up, so breaks count anew.
    mutating func noteParts(_ count: Int, of path: VaultPath) {
        parts += count
        if count > 0 { breaks[path] = nil }
    }

    /// Leaves a file to a later call.
    mutating func putOff(_ path: VaultPath) {
        putOff.insert(path)
    }

    /// Counts a session that broke while this file was fetched.
    ///
    /// - Returns: how many have, since the last part of it arrived.
    mutating func noteBreak(at path: VaultPath) -> Int {
        breaks[path, default: 0] += 1
        return breaks[path, default: 0]
    }

    func receipt(number: Int) -> Receipt {
        var receipt = Receipt(batch: number)
        for entry in entries {
            switch outcomes[entry.path] {
            case .stored(let bytes)?:
                receipt.files += 1
                receipt.bytes += bytes
            case .skipped?:
                receipt.skipped += 1
            case .failed(let name)?:
                receipt.failures.append(.init(path: entry.path, error: name))
            case .settledBefore?, nil:
                break
            }
        }
        return receipt
    }
}
