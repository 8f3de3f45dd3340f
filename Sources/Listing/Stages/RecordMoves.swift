import SyncCore

/// Carries out what needs no fetching: moves records on, and copies within the store what was only renamed.
struct RecordMoves: Sendable {
    private let context: PassContext

    init(_ context: PassContext) {
        self.context = context
    }

    /// Carries verdicts out.
    ///
    /// - Returns: what has to be fetched.
    /// - Throws: ``LeaseLost``; what the ports throw.
    func carryOut(_ verdicts: [(item: ComparedEntry, verdict: Verdict)]) async throws -> [Entry] {
        var moved: [FileRecord] = []
        var wanted: [Entry] = []
        var unchanged = PassCursor.Totals()
        var isLeaseChecked = false
        for (item, verdict) in verdicts {
            switch verdict {
            case .nothing:
                unchanged.count(item.entry)
            case .moveOn(let record):
                unchanged.count(item.entry)
                moved.append(record)
            case .fetch(let entry, let lost):
                if let lost { moved.append(lost) }
                wanted.append(entry)
            case .copy(let old):
                if !isLeaseChecked { try await context.checkLease() }
                isLeaseChecked = true
                if try await !copy(item.entry, item.record, from: old) { wanted.append(item.entry) }
            }
        }
        if !moved.isEmpty {
            if !isLeaseChecked { try await context.checkLease() }
            try await context.save(moved)
        }
        if unchanged.files > 0 {
            context.observe(.unchanged(vault: context.folder, files: unchanged.files, bytes: unchanged.bytes))
        }
        return wanted
    }

    /// A file that was only renamed is copied within the store, if what lies there is what its record says.
    private func copy(_ entry: Entry, _ known: FileRecord?, from old: FileRecord) async throws -> Bool {
        let mirror = context.mirror
        guard let source = try? KeyMapping.key(folder: context.folder, path: old.path),
            let destination = try? KeyMapping.key(folder: context.folder, path: entry.path),
            ObjectFinding.isIntact(old, try await mirror.head(source), keepsAttributes: mirror.keepsAttributes)
        else { return false }
        // Looking at the source may have taken its time.
        try await context.lease.check()
        // Noted before it is done, so that a copy is never without a record, nor beside the record of something else.
        let begun = FileRecord(entry, status: .inProgress, author: context.author, previous: known)
        guard try await context.records.save(begun, in: context.vault.id) else { return true }
        let attributes = ObjectAttributes(
            entry,
            key: destination,
            provider: context.ports.provider.name,
            vault: context.vault.id
        )
        guard let stored = try await mirror.copy(from: source, to: destination, attributes) else { return false }
        var entry = entry
        entry.size = entry.size ?? old.size
        var record = FileRecord(completed: entry, author: context.author, previous: known)
        record.fingerprint = stored.fingerprint
        try await context.records.save(record, in: context.vault.id)
        context.observe(.copied(vault: context.folder, path: entry.path))
        return true
    }
}
