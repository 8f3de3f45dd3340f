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

    private let pass: VaultPass
    private let encoder = JSONLinesEncoder()
    private var lines: [UInt8] = []
    private var comparedUpTo: VaultPath?
    /// The folders that the listing names as a whole.
    private(set) var covered = CoveredFolders()
    /// Those of them whose files nobody names one by one.
    private(set) var unchanged = CoveredFolders()

    /// Begins, or goes on behind what earlier calls have compared.
    init(_ pass: VaultPass, behind end: End? = nil) {
        self.pass = pass
        for folder in end?.covered ?? [] { note(covered: folder) }
    }

    /// How far the calls before have come.
    struct End {
        /// The path up to which they have compared.
        var path: VaultPath
        /// Folders that may cover what follows.
        var covered: [Entry] = []
    }

    /// Notes that whatever is known below a folder is there.
    mutating func note(covered folder: Entry) {
        covered.add(folder.path)
        if folder.kind == .unchanged { unchanged.add(folder.path) }
    }

    /// Notes a file that is gone.
    mutating func add(_ path: VaultPath, version: Int64, _ cursor: inout ListCursor) async throws {
        try encoder.append(Entry(kind: .deletion, path: path, version: version, handle: ""), to: &lines)
        cursor.gone += 1
        if lines.count >= Self.pieceSize { try await flush(&cursor) }
    }

    /// Notes that everything up to a path was compared.
    mutating func note(comparedUpTo path: VaultPath) {
        if comparedUpTo.map({ $0 < path }) ?? true { comparedUpTo = path }
        covered.walk(past: path)
        unchanged.walk(past: path)
    }

    /// Writes what was noted.
    mutating func flush(_ cursor: inout ListCursor) async throws {
        guard !lines.isEmpty || comparedUpTo != nil else { return }
        for folder in covered.folders {
            let kind: Entry.Kind = unchanged.folders.contains(folder) ? .unchanged : .group
            lines += try encoder.line(Entry(kind: kind, path: folder, version: 0, handle: ""))
        }
        let mark = Entry(kind: .folder, path: comparedUpTo ?? VaultPath(""), version: 0, handle: "")
        lines += try encoder.line(mark)
        let key = try KeyMapping.gone(cursor.pieces + 1, vault: pass.vault.id, run: pass.run)
        try await pass.lister.state.put(key, lines, ObjectAttributes(contentType: ContentType.of(key)))
        cursor.pieces += 1
        lines = []
    }

    /// Reads a piece from an offset on.
    static func read(_ number: Int, from offset: Int64, _ pass: VaultPass) async throws -> JSONLinesReader<Entry> {
        let key = try KeyMapping.gone(number, vault: pass.vault.id, run: pass.run)
        guard let stream = try await pass.lister.state.read(key, from: offset) else {
            throw SyncError(.storeUnavailable, "the run's list of deletions has vanished from the state prefix")
        }
        return JSONLinesReader(stream, at: offset)
    }

    /// How far the calls before have come; nil before the first.
    static func end(_ cursor: ListCursor, _ pass: VaultPass) async throws -> End? {
        guard cursor.pieces > 0 else { return nil }
        var reader = try await read(cursor.pieces, from: 0, pass)
        var covered: [Entry] = []
        while let entry = try await reader.next()?.value {
            switch entry.kind {
            case .group, .unchanged: covered.append(entry)
            case .folder: return End(path: entry.path, covered: covered)
            default: break
            }
        }
        return nil
    }
}
