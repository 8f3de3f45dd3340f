import SyncCore

/// Notes what is gone while the records are compared with the listing, so that nothing has to be read a second time, and
/// nothing that grows with the vault is held in memory.
///
/// It is written in pieces. A line of the kind `deletion` is a file to delete, in the version that its record is to have
/// afterwards; a line of the kinds `group` and `unchanged` is a folder that covers what follows; the last line of a piece,
/// of the kind `folder`, is the path up to which everything was compared. A
/// call that is repeated writes the same pieces again; those of a call that was never answered are written over.
struct GoneSpool {
    private static let pieceSize = 256 << 10

    private let context: PassContext
    private let encoder = JSONLinesEncoder()
    private var lines: [UInt8] = []
    private var comparedUpTo: VaultPath?
    /// How many pieces are written.
    private(set) var pieces: Int
    /// The folders that the listing names as a whole.
    private(set) var covered = CoveredFolders()
    /// Those of them whose files nobody names one by one.
    private(set) var unchanged = CoveredFolders()

    /// Begins behind so many pieces.
    init(_ context: PassContext, pieces: Int) {
        self.context = context
        self.pieces = pieces
    }

    /// Goes on behind what earlier calls have compared.
    ///
    /// - Returns: the path up to which they have; nil before the first.
    mutating func goOn() async throws -> VaultPath? {
        guard pieces > 0 else { return nil }
        var reader = try await Self.read(pieces, from: 0, context)
        while let entry = try await reader.next()?.value {
            if entry.isOfFolder { note(covered: entry) }
            if entry.kind == .folder { return entry.path }
        }
        return nil
    }

    /// Notes that whatever is known below a folder is there.
    mutating func note(covered folder: Entry) {
        covered.add(folder.path)
        if folder.kind == .unchanged { unchanged.add(folder.path) }
    }

    /// Notes a file that is gone.
    mutating func add(_ path: VaultPath, version: Int64) async throws {
        try encoder.append(Entry(kind: .deletion, path: path, version: version, handle: ""), to: &lines)
        if lines.count >= Self.pieceSize { try await flush() }
    }

    /// Notes that everything up to a path was compared.
    mutating func note(comparedUpTo path: VaultPath) {
        if comparedUpTo.map({ $0 < path }) ?? true { comparedUpTo = path }
        covered.walk(past: path)
        unchanged.walk(past: path)
    }

    /// Writes what was noted.
    mutating func flush() async throws {
        guard !lines.isEmpty || comparedUpTo != nil else { return }
        for folder in covered.folders {
            let kind: Entry.Kind = unchanged.folders.contains(folder) ? .unchanged : .group
            lines += try encoder.line(Entry(kind: kind, path: folder, version: 0, handle: ""))
        }
        let mark = Entry(kind: .folder, path: comparedUpTo ?? VaultPath(""), version: 0, handle: "")
        lines += try encoder.line(mark)
        let key = try KeyMapping.gone(pieces + 1, vault: context.vault.id, run: context.run)
        try await context.state.put(key, lines, ObjectAttributes(contentType: ContentType.of(key)))
        pieces += 1
        lines = []
    }

    /// Reads a piece from an offset on.
    static func read(_ number: Int, from offset: Int64, _ context: PassContext) async throws -> JSONLinesReader<Entry> {
        let key = try KeyMapping.gone(number, vault: context.vault.id, run: context.run)
        guard let stream = try await context.state.read(key, from: offset) else {
            throw SyncError(.storeUnavailable, "the run's list of deletions has vanished from the state prefix")
        }
        return JSONLinesReader(stream, at: offset)
    }
}
