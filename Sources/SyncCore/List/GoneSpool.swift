/// Notes what is gone while the records are compared with the listing, so that nothing has to be read a second time, and
/// nothing that grows with the vault is held in memory.
///
/// It is written in pieces. A line of the kind `deletion` is a file to delete, in the version that its record is to have
/// afterwards; the last line of a piece, of the kind `folder`, is the path up to which everything was compared. A
/// call that is repeated writes the same pieces again; those of a call that was never answered are written over.
struct GoneSpool {
    private static let pieceSize = 256 << 10

    private let pass: VaultPass
    private let encoder = JSONLinesEncoder()
    private var lines: [UInt8] = []
    private var comparedUpTo: VaultPath?

    init(_ pass: VaultPass) {
        self.pass = pass
    }

    /// Notes a file that is gone.
    mutating func add(_ path: VaultPath, version: Int64, _ cursor: inout ListCursor) async throws {
        lines += try encoder.line(Entry(kind: .deletion, path: path, version: version, handle: ""))
        cursor.gone += 1
        if lines.count >= Self.pieceSize { try await flush(&cursor) }
    }

    /// Notes that everything up to a path was compared.
    mutating func note(comparedUpTo path: VaultPath) {
        if comparedUpTo.map({ $0 < path }) ?? true { comparedUpTo = path }
    }

    /// Writes what was noted.
    mutating func flush(_ cursor: inout ListCursor) async throws {
        guard !lines.isEmpty || comparedUpTo != nil else { return }
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

    /// The path up to which the calls before have compared; nil before the first.
    static func comparedUpTo(_ cursor: ListCursor, _ pass: VaultPass) async throws -> VaultPath? {
        guard cursor.pieces > 0 else { return nil }
        var reader = try await read(cursor.pieces, from: 0, pass)
        var last: Entry?
        while let line = try await reader.next() { last = line.value }
        return last.flatMap { $0.kind == .folder ? $0.path : nil }
    }
}
