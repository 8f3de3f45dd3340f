import Clocks
import SyncCore

/// Decides what is to be done about an entry, from nothing but what is known of it.
struct Decision: Sendable {
    /// Who would write records, for which epoch, and when.
    let author: FileRecord.Author
    /// Whether names that were refused get another chance: prefix or store may have changed.
    let retriesRefused: Bool

    /// What is to be done.
    func callAsFunction(on item: ComparedEntry) -> Verdict {
        let entry = item.entry
        guard entry.kind == .file || entry.kind == .unreadable else { return .nothing }
        if let known = item.record, !isRetried(known), known.settles(entry, epoch: author.epoch) {
            return item.isLost ? lost(entry, known) : moving(on: entry, known)
        }
        if let old = item.previous, let sha256 = entry.sha256, old.status == .completed, old.sha256 == sha256,
            old.epoch == author.epoch
        {
            return .copy(old)
        }
        return .fetch(entry, lost: nil)
    }

    private func lost(_ entry: Entry, _ known: FileRecord) -> Verdict {
        let entry = known.epoch == author.epoch ? known.entry : entry
        return .fetch(
            entry,
            lost: FileRecord(entry, status: .failed, author: author, previous: known, error: .objectLost)
        )
    }

    private func moving(on entry: Entry, _ known: FileRecord) -> Verdict {
        let isBehind = known.version < entry.version || known.epoch != author.epoch
        guard known.status == .completed, isBehind else { return .nothing }
        return .moveOn(FileRecord(completed: entry, author: author, previous: known))
    }

    /// What was gone at the source gets another chance from time to time.
    private func isRetried(_ known: FileRecord) -> Bool {
        known.status == .skipped && (retriesRefused || known.isDue(at: author.now))
    }
}

extension FileRecord {
    /// The record of an entry whose content is in the store already.
    init(completed entry: Entry, author: Author, previous: FileRecord?) {
        var entry = entry
        if entry.sha256 != nil, entry.sha256 == previous?.sha256 { entry.size = entry.size ?? previous?.size }
        self.init(entry, status: .completed, author: author, previous: previous)
        // Where only the version moves on, the object is the one that the record before describes.
        if previous?.status == .completed, sha256 == previous?.sha256 { fingerprint = previous?.fingerprint }
    }
}
