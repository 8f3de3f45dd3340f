import SyncCore

/// Walks the records of a vault beside the objects of its folder, both by the bytes of their paths.
///
/// One page of each is in memory.
struct MirrorWalk {
    /// What the walk comes across.
    enum Step {
        /// A record without an object.
        case record(FileRecord)
        /// A record and the object at its path.
        case both(FileRecord, ListedObject)
        /// An object without a record.
        case object(VaultPath, ListedObject)
    }

    private var records: Peekable<FileRecord>
    private var objects: Peekable<ListedObject>
    private let prefixLength: Int

    /// Begins a walk.
    ///
    /// - Parameters:
    ///   - records: pages of records.
    ///   - objects: pages of objects, whose keys begin with `prefix`.
    ///   - prefix: the vault's folder and a slash, or nothing.
    init(
        _ records: any AsyncSequence<[FileRecord], any Error> & Sendable,
        _ objects: any AsyncSequence<[ListedObject], any Error> & Sendable,
        prefix: String
    ) {
        self.records = Peekable(records)
        self.objects = Peekable(objects)
        prefixLength = prefix.utf8.count
    }

    /// The next step; nil at the end.
    ///
    /// - Throws: what reading either side throws.
    mutating func next() async throws -> Step? {
        let record = try await records.peek()
        guard let object = try await objects.peek() else {
            records.drop()
            return record.map(Step.record)
        }
        let path = VaultPath(String(object.key.utf8.dropFirst(prefixLength)) ?? "")
        guard let record, record.path <= path else {
            objects.drop()
            return .object(path, object)
        }
        records.drop()
        guard record.path == path else { return .record(record) }
        objects.drop()
        return .both(record, object)
    }
}

/// Elements that come in pages, of which the first can be looked at before it is taken.
private struct Peekable<Element> {
    private var pages: any AsyncIteratorProtocol<[Element], any Error>
    private var page: ArraySlice<Element> = []
    private var isAtEnd = false

    init(_ pages: any AsyncSequence<[Element], any Error> & Sendable) {
        self.pages = pages.makeAsyncIterator()
    }

    mutating func peek() async throws -> Element? {
        while page.isEmpty, !isAtEnd {
            guard let next = try await pages.next(isolation: nil) else {
                isAtEnd = true
                break
            }
            page = next[...]
        }
        return page.first
    }

    mutating func drop() {
        _ = page.popFirst()
    }
}
