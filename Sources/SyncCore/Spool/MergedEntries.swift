/// Merges sorted sequences of entries into one, keeping only the newest entry of each path.
struct MergedEntries {
    /// A sorted sequence.
    enum Source {
        case memory([Entry])
        case stored(JSONLinesReader<Entry>)
    }

    private var heads: [Head] = []
    private var waiting: [Source]
    private var lastPath: VaultPath?

    private struct Head {
        var entry: Entry
        var source: Source
        var position: Int
    }

    init(_ sources: [Source]) {
        waiting = sources
    }

    /// The next entry in manifest order, or nil at the end.
    mutating func next() async throws -> Entry? {
        try await openWaiting()
        while let least = heads.indices.min(by: { Entry.precedes(heads[$0].entry, heads[$1].entry) }) {
            let entry = heads[least].entry
            if let following = try await Self.advance(&heads[least]) {
                heads[least].entry = following
            } else {
                heads.remove(at: least)
            }
            guard entry.path != lastPath else { continue }
            lastPath = entry.path
            return entry
        }
        return nil
    }

    private mutating func openWaiting() async throws {
        for source in waiting {
            var head = Head(
                entry: Entry(kind: .folder, path: VaultPath(""), version: 0, handle: ""),
                source: source,
                position: 0
            )
            if let first = try await Self.advance(&head) {
                head.entry = first
                heads.append(head)
            }
        }
        waiting = []
    }

    private static func advance(_ head: inout Head) async throws -> Entry? {
        switch head.source {
        case .memory(let entries):
            guard head.position < entries.count else { return nil }
            defer { head.position += 1 }
            return entries[head.position]
        case .stored(var reader):
            let line = try await reader.next()
            head.source = .stored(reader)
            return line?.value
        }
    }
}
