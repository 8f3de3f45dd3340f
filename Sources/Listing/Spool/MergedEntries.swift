import SyncCore

/// Merges sorted sequences of entries into one, keeping only the newest entry of each path.
struct MergedEntries {
    /// A sorted sequence.
    enum Source {
        case memory([Entry])
        case stored(JSONLinesReader<Entry>)
    }

    private var heads: [Head] = []
    /// The heads that are not used up, by their positions, as a heap: each comes before those at twice its place and one or two.
    private var heap: [Int] = []
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
        while let least = heap.first {
            let entry = heads[least].entry
            if let following = try await Self.advance(&heads[least]) {
                heads[least].entry = following
            } else {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
            sink(0)
            guard entry.path != lastPath else { continue }
            lastPath = entry.path
            return entry
        }
        return nil
    }

    private mutating func openWaiting() async throws {
        if waiting.isEmpty { return }
        for source in waiting {
            var head = Head(
                entry: Entry(kind: .folder, path: VaultPath(""), version: 0, handle: ""),
                source: source,
                position: 0
            )
            if let first = try await Self.advance(&head) {
                head.entry = first
                heap.append(heads.count)
                heads.append(head)
            }
        }
        waiting = []
        for place in (0..<heap.count / 2).reversed() { sink(place) }
    }

    /// Moves what stands at a place of the heap down to where it belongs.
    private mutating func sink(_ place: Int) {
        var place = place
        while true {
            var least = place
            if comes(2 * place + 1, before: least) { least = 2 * place + 1 }
            if comes(2 * place + 2, before: least) { least = 2 * place + 2 }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }

    private func comes(_ place: Int, before other: Int) -> Bool {
        place < heap.count && Entry.precedes(heads[heap[place]].entry, heads[heap[other]].entry)
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
