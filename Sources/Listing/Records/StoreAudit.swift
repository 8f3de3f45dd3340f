import Clocks
import SyncCore

/// Walks the objects of a vault's folder beside its records and entries, to find what is missing, what is not as it was
/// stored, and what is none of ours.
///
/// A key is `<folder>/<path>`, and both sides come by the bytes of their UTF-8, so the order of keys is that of paths.
struct StoreAudit {
    private var pages: any AsyncIteratorProtocol<[ListedObject], any Error>
    private var page: ArraySlice<ListedObject> = []
    private var isAtEnd = false
    private var last: VaultPath?
    private let prefixLength: Int
    private let ignored: [String]
    /// Objects that belong to no path that was asked for.
    private(set) var strangers = 0

    /// Begins behind a path.
    ///
    /// - Parameters:
    ///   - store: the mirror.
    ///   - folder: the vault's folder; empty where its files lie at the top.
    ///   - ignored: folders at the top that are none of the vault's business.
    ///   - path: where to begin.
    init(_ store: any ObjectStore, folder: String, ignoring ignored: [String], after path: VaultPath?) {
        let prefix = folder.isEmpty ? "" : folder + "/"
        let listing = store.list(prefix, after: path.map { prefix + $0.rawValue })
        self.init(listing, prefix: prefix, ignoring: folder.isEmpty ? ignored : [])
    }

    /// Begins with a listing.
    init(
        _ listing: any AsyncSequence<[ListedObject], any Error> & Sendable,
        prefix: String,
        ignoring ignored: [String]
    ) {
        pages = listing.makeAsyncIterator()
        prefixLength = prefix.utf8.count
        self.ignored = ignored
    }

    /// The object at a path, which comes after all that were asked for before.
    mutating func object(at path: VaultPath) async throws -> ListedObject? {
        while let (found, object) = try await peek() {
            let order = found.order(to: path)
            if order > 0 { return nil }
            page.removeFirst()
            if order == 0 { return object }
            count(found)
        }
        return nil
    }

    /// Walks to the end.
    mutating func finish() async throws {
        while let (path, _) = try await peek() {
            page.removeFirst()
            count(path)
        }
    }

    private mutating func count(_ path: VaultPath) {
        // What ends in a slash is what consoles make to show an empty folder.
        let isFolder = path.rawValue.isEmpty || path.rawValue.utf8.last == UInt8(ascii: "/")
        let isIgnored = ignored.contains { path.rawValue.utf8.starts(with: ($0 + "/").utf8) }
        if !isFolder, !isIgnored { strangers += 1 }
    }

    private mutating func peek() async throws -> (VaultPath, ListedObject)? {
        while page.isEmpty, !isAtEnd {
            guard let next = try await pages.next(isolation: nil) else {
                isAtEnd = true
                break
            }
            page = next[...]
        }
        guard let object = page.first else { return nil }
        let path = VaultPath(String(object.key.utf8.dropFirst(prefixLength)) ?? "")
        guard last.map({ $0 <= path }) ?? true else {
            throw SyncError(.storeUnavailable, "the store does not list its objects in order")
        }
        last = path
        return (path, object)
    }
}

/// What the listing of the store says of a record's object.
enum ObjectFinding {
    /// It is as it was stored.
    case intact
    /// It is not there, or not what was stored.
    case lost
    /// Only its metadata can tell.
    case doubtful

    /// Compares a record with the listing.
    ///
    /// A listing tells size and time only. What was written after the record says that the file was stored, was written
    /// by somebody else: its metadata has to tell. In a vault that is small enough all metadata are looked at.
    init(_ record: FileRecord, _ object: ListedObject?, readsAllMetadata: Bool) {
        guard let object, record.size == nil || record.size == object.size else {
            self = .lost
            return
        }
        // The object that the record was made of: nobody has written it since.
        if let mark = record.fingerprint, mark == object.fingerprint {
            self = .intact
            return
        }
        if let stored = record.mtime, let found = object.mtime {
            // File systems round.
            let difference = stored.duration(to: found)
            self = difference > .seconds(-2) && difference < .seconds(2) ? .intact : .lost
            return
        }
        let isYounger: Bool =
            if let written = object.written, let synced = record.lastSynced { written > synced } else { false }
        self = isYounger || readsAllMetadata ? .doubtful : .intact
    }

    /// Whether an object is the one of a record, by what the store says of it.
    static func isIntact(_ record: FileRecord, _ object: ObjectSummary?, keepsAttributes: Bool) -> Bool {
        guard let object else { return false }
        if let mark = record.fingerprint, mark == object.fingerprint { return true }
        if keepsAttributes {
            if let sha256 = record.sha256, let stored = object.sha256 { return sha256 == stored }
            if let checksum = record.crc64nvme, let stored = object.crc64nvme { return checksum == stored }
            // Of what was hashed while it was stored no hash is stored; but everything of ours has its source's version.
            if object.sourceVersion == nil { return false }
        }
        return record.size == nil || record.size == object.size
    }
}
