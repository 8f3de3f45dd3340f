import SyncCore

/// One entry beside what is known of it.
struct ComparedEntry: Sendable {
    var entry: Entry
    var record: FileRecord?
    /// The record of the path that the file had before.
    var previous: FileRecord?
    /// The object in the store, in a complete run.
    var object: ListedObject?
    /// Whether the object of the record has to be fetched again.
    var isLost = false
}

/// What is to be done about an entry.
enum Verdict: Hashable, Sendable {
    /// Nothing: it is mirrored, or there is nothing to mirror.
    case nothing
    /// The content is there already: only the version moves on.
    case moveOn(FileRecord)
    /// The file has to be fetched; where the store has lost it, its record has to say so first.
    case fetch(Entry, lost: FileRecord?)
    /// The file was renamed, and nothing else: the record of the path that it had.
    case copy(FileRecord)

    /// Whether other content takes the place of what is mirrored.
    func replaces(_ record: FileRecord?) -> Bool {
        guard case .fetch(_, lost: nil) = self else { return false }
        return record?.status == .completed
    }
}
