import SyncCore

/// Finds the records of a manifest's entries, by the cheaper of two ways, and what is gone; in a complete run it looks after
/// the objects too.
struct Comparison {
    private let pass: VaultPass
    private let isSnapshot: Bool
    private let readsAllMetadata: Bool
    private let deletesExcluded: Bool
    private let filter: CompiledFilter?
    private var walk: RecordJoin?
    private var audit: StoreAudit?
    private var gone: GoneSpool
    /// Files that no line of the manifest names, and of whose objects the listing of the store does not say that they are intact.
    private var unnamed: [Compared] = []

    /// One entry beside what is known of it.
    struct Compared {
        var entry: Entry
        var record: FileRecord?
        /// The record of the path that the file had before.
        var previous: FileRecord?
        /// The object in the store, in a complete run.
        var object: ListedObject?
        /// Whether the object that the record speaks of has to be fetched again.
        var isLost = false
    }

    /// Begins where the last call has ended.
    init(_ pass: VaultPass, _ plan: RunState.VaultPlan, _ cursor: ListCursor) async throws {
        self.pass = pass
        let listing = plan.listing
        isSnapshot = listing?.isSnapshot == true
        readsAllMetadata = (listing?.entries ?? 0) <= pass.settings.metadataLimit
        // What a pattern leaves out is not in the manifest, and not gone either, unless that is asked for.
        deletesExcluded = pass.call.input.request.options.deleteExcluded
        filter = plan.filter.map { CompiledFilter($0) }
        gone = GoneSpool(pass)
        guard listing?.walksRecords == true else { return }
        let end = try await GoneSpool.end(cursor, pass)
        let begin = end?.path
        gone = GoneSpool(pass, behind: end)
        walk = RecordJoin(pass.records.allRecords(in: pass.vault.id, after: begin))
        guard isSnapshot, pass.call.input.request.syncType == .complete else { return }
        audit = StoreAudit(
            pass.lister.mirror,
            folder: pass.folder,
            ignoring: pass.settings.reservedFolders + KeyMapping.reservedFolders,
            after: begin
        )
    }

    /// Compares entries that come next in the manifest.
    ///
    /// - Returns: what is known of each; fewer where the deadline came.
    mutating func compare(_ entries: [Entry], _ cursor: inout ListCursor) async throws -> [Compared] {
        var compared = walk == nil ? try await askedFor(entries) : try await walked(past: entries, &cursor)
        if audit != nil {
            let readsAllMetadata = readsAllMetadata
            try await lookAfterObjects(of: &compared, &cursor) { record, item in
                ObjectFinding(record, item.object, readsAllMetadata: readsAllMetadata)
            }
        }
        try await noteTombstones(among: compared, &cursor)
        if walk != nil, let last = compared.last { gone.note(comparedUpTo: last.entry.path) }
        return compared
    }

    /// Compares files of a group, which come in any order.
    ///
    /// What the patterns leave out is left out, and what waits since an earlier run: it has a line of its own in the manifest.
    func compare(filesOfGroup files: ArraySlice<Entry>, _ cursor: inout ListCursor) async throws -> [Compared] {
        var compared = try await askedFor(files.filter { filter?.lets($0.path, version: $0.version) != false }).filter {
            item in
            guard let record = item.record, record.epoch == pass.vault.epoch else { return true }
            return !record.isDue(at: pass.lister.clock.now) || record.wasFoundLost(by: pass.run)
        }
        if audit != nil { try await lookAfterObjects(of: &compared, &cursor) { _, _ in .doubtful } }
        return compared
    }

    /// After the last entry: what is left of the records, and of the objects.
    ///
    /// - Returns: false when the deadline came first.
    mutating func finish(_ cursor: inout ListCursor) async throws -> Bool {
        guard var walk else { return true }
        var step = Step(audit: audit, gone: gone, cursor: cursor)
        try await walk.rest(stopping: { pass.isLate || step.isFull(pass.settings) }) { record in
            try await passBy(record, &step)
        }
        if !walk.isStopped { try await step.audit?.finish() }
        self.walk = walk
        take(step, &cursor)
        return !walk.isStopped
    }

    /// What the store has lost of files that the listing names with their folder only.
    mutating func takeUnnamed(_ cursor: inout ListCursor) async throws -> [Compared] {
        var compared = unnamed
        unnamed = []
        let readsAllMetadata = readsAllMetadata
        try await lookAfterObjects(of: &compared, &cursor) { record, item in
            ObjectFinding(record, item.object, readsAllMetadata: readsAllMetadata)
        }
        return compared
    }

    /// Writes what was found, at the end of a call.
    mutating func close(_ cursor: inout ListCursor) async throws {
        try await gone.flush(&cursor)
        cursor.found.strangers += audit?.strangers ?? 0
    }
}

extension Comparison {
    /// The records of entries, and of the paths that they had before, 100 a call.
    private func askedFor(_ entries: [Entry]) async throws -> [Compared] {
        let files = entries.filter { !$0.isOfFolder }
        let known = try await pass.records(of: files.flatMap { [$0.path] + ($0.previousPath.map { [$0] } ?? []) })
        return entries.map { entry in
            Compared(entry: entry, record: known[entry.path], previous: entry.previousPath.flatMap { known[$0] })
        }
    }

    /// The records of entries from the walk; what is passed on the way is gone.
    private mutating func walked(past entries: [Entry], _ cursor: inout ListCursor) async throws -> [Compared] {
        guard var walk else { return [] }
        var step = Step(audit: audit, gone: gone, cursor: cursor)
        var compared: [Compared] = []
        try await walk.walk(past: entries, stopping: { pass.isLate || step.isFull(pass.settings) }) { found in
            switch found {
            case .passed(let record):
                try await passBy(record, &step)
            case .met(let entry, let record):
                if entry.isOfFolder { step.gone.note(covered: entry) }
                if let record { step.cursor.found.note(record) }
                compared.append(
                    Compared(entry: entry, record: record, object: try await step.audit?.object(at: entry.path))
                )
            }
        }
        self.walk = walk
        take(step, &cursor)
        try await addUnwalked(&compared)
        return compared
    }

    /// What changes while records are walked past.
    private struct Step {
        var audit: StoreAudit?
        var gone: GoneSpool
        var cursor: ListCursor
        var unnamed: [Compared] = []

        /// Whether there is enough to hand out.
        func isFull(_ settings: ListSettings) -> Bool { unnamed.count >= settings.batchSize }
    }

    private mutating func take(_ step: Step, _ cursor: inout ListCursor) {
        (audit, gone, cursor) = (step.audit, step.gone, step.cursor)
        unnamed += step.unnamed
    }

    /// A record that no line of the manifest names.
    private func passBy(_ record: FileRecord, _ step: inout Step) async throws {
        step.cursor.found.note(record)
        let object = try await step.audit?.object(at: record.path)
        if isGone(record, step.gone.covered) {
            try await step.gone.add(record.path, version: version(record), &step.cursor)
        } else if step.audit != nil, step.gone.unchanged.covers(record.path), record.epoch == pass.vault.epoch,
            filter?.lets(record.path, version: record.version) != false
        {
            let isStored = record.status == .completed
            if isStored
                ? ObjectFinding(record, object, readsAllMetadata: readsAllMetadata) != .intact
                : record.wasFoundLost(by: pass.run)
            {
                step.unnamed.append(Compared(entry: record.entry, record: record, object: object))
            }
        }
        step.gone.note(comparedUpTo: record.path)
    }

    /// The walk leaves out records of paths that are longer than any key, and those of former paths lie elsewhere.
    private func addUnwalked(_ compared: inout [Compared]) async throws {
        func wanted(_ item: Compared) -> [VaultPath] {
            let isLong = item.record == nil && item.entry.path.rawValue.utf8.count > 1000
            return (isLong ? [item.entry.path] : []) + (item.entry.previousPath.map { [$0] } ?? [])
        }
        let paths = compared.flatMap(wanted)
        guard !paths.isEmpty else { return }
        let known = try await pass.records(of: paths)
        for position in compared.indices {
            let entry = compared[position].entry
            compared[position].record = compared[position].record ?? known[entry.path]
            compared[position].previous = entry.previousPath.flatMap { known[$0] }
        }
    }

    /// Whether a record that no entry of a snapshot speaks of stands for a file that is gone.
    private func isGone(_ record: FileRecord, _ covered: CoveredFolders) -> Bool {
        guard isSnapshot, record.status != .deleted else { return false }
        let isLet = filter?.lets(record.path, version: record.version) != false
        return covered.covers(record.path) ? deletesExcluded && !isLet : deletesExcluded || isLet
    }

    /// A version of an epoch that is over would outrank those of the new one.
    private func version(_ record: FileRecord) -> Int64 {
        record.epoch == pass.vault.epoch ? record.version : 0
    }

    /// In what changed, and only there, a deletion speaks for itself.
    private mutating func noteTombstones(among compared: [Compared], _ cursor: inout ListCursor) async throws {
        guard !isSnapshot else {
            // Where a folder stands in a file's place, the file is gone.
            for item in compared where item.entry.kind == .deletion {
                guard let record = item.record, isGone(record, gone.covered) else { continue }
                try await gone.add(record.path, version: version(record), &cursor)
            }
            return
        }
        for item in compared where item.entry.kind == .deletion {
            if let record = item.record {
                guard record.status != .deleted, record.epoch == pass.vault.epoch,
                    record.version < item.entry.version
                else { continue }
            } else if try await !pass.isOrphan(item.entry.path) {
                continue
            }
            try await gone.add(item.entry.path, version: item.entry.version, &cursor)
        }
    }

    /// Finds what the records call completed and the store does not have as it was stored.
    private func lookAfterObjects(
        of compared: inout [Compared],
        _ cursor: inout ListCursor,
        _ finding: (FileRecord, Compared) -> ObjectFinding
    ) async throws {
        var doubtful: [(position: Int, record: FileRecord, key: ObjectKey)] = []
        for position in compared.indices {
            let path = compared[position].entry.path
            // A call whose answer was lost has found so before.
            if compared[position].record?.wasFoundLost(by: pass.run) == true { compared[position].isLost = true }
            guard let record = compared[position].record, record.status == .completed,
                record.settles(compared[position].entry, epoch: pass.vault.epoch),
                let key = try? KeyMapping.key(folder: pass.folder, path: path)
            else { continue }
            switch finding(record, compared[position]) {
            case .intact: break
            case .lost: compared[position].isLost = true
            case .doubtful: doubtful.append((position, record, key))
            }
        }
        let mirror = pass.lister.mirror
        let isIntact = try await doubtful.concurrentMap(atOnce: pass.settings.requestsInFlight) { item in
            ObjectFinding.isIntact(
                item.record,
                try await mirror.head(item.key),
                keepsAttributes: mirror.keepsAttributes
            )
        }
        for (item, isIntact) in zip(doubtful, isIntact) where !isIntact { compared[item.position].isLost = true }
        cursor.found.lost += compared.count(where: \.isLost)
    }
}

extension FileRecord {
    /// Whether a run has found that the store lost the object, and nothing has come of fetching it yet.
    fileprivate func wasFoundLost(by run: RunID) -> Bool {
        status == .failed && self.run == run && lastError == SyncError.Name.objectLost.rawValue
    }
}

extension ListCursor.Findings {
    /// Counts a record.
    fileprivate mutating func note(_ record: FileRecord) {
        records += 1
        if record.status != .deleted { files += 1 }
    }
}
