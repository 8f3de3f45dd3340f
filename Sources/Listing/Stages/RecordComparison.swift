import Clocks
import SyncCore

/// Finds the records of a manifest's entries, by the cheaper of two ways, and what is gone; in a complete run it looks after
/// the objects too.
struct RecordComparison {
    private let context: PassContext
    private let isSnapshot: Bool
    private let readsAllMetadata: Bool
    private let deletesExcluded: Bool
    private let filter: CompiledFilter?
    private var walk: RecordJoin?
    private var audit: StoreAudit?
    private var gone: GoneSpool
    /// Files that no line of the manifest names, and of whose objects the listing of the store does not say that they are intact.
    private var unnamed: [ComparedEntry] = []
    /// What was found so far in this pass.
    private(set) var found: PassCursor.Findings

    /// Begins where the last call has ended.
    init(_ context: PassContext, _ plan: RunState.VaultPlan, _ cursor: PassCursor) async throws {
        self.context = context
        let listing = plan.listing
        found = cursor.found
        isSnapshot = listing?.isSnapshot == true
        readsAllMetadata = (listing?.entries ?? 0) <= context.settings.metadataLimit
        // What a pattern leaves out is not in the manifest, and not gone either, unless that is asked for.
        deletesExcluded = context.input.request.options.deleteExcluded
        filter = plan.filter.map { CompiledFilter($0) }
        gone = GoneSpool(context, pieces: cursor.pieces)
        guard listing?.walksRecords == true else { return }
        let end = try await gone.goOn()
        walk = RecordJoin(context.records.allRecords(in: context.vault.id, after: end))
        guard isSnapshot, context.input.request.syncType == .complete else { return }
        audit = StoreAudit(
            context.mirror,
            folder: context.folder,
            ignoring: context.ignoredFolders,
            after: end
        )
    }

    /// How many pieces the list of what is gone has by now.
    var pieces: Int { gone.pieces }

    /// Compares entries that come next in the manifest.
    ///
    /// - Returns: what is known of each; fewer where the deadline came.
    mutating func compare(_ entries: [Entry]) async throws -> [ComparedEntry] {
        var compared = walk == nil ? try await askedFor(entries) : try await walked(past: entries)
        if audit != nil {
            let readsAllMetadata = readsAllMetadata
            try await lookAfterObjects(of: &compared) { record, item in
                ObjectFinding(record, item.object, readsAllMetadata: readsAllMetadata)
            }
        }
        try await noteTombstones(among: compared)
        if walk != nil, let last = compared.last { gone.note(comparedUpTo: last.entry.path) }
        return compared
    }

    /// Compares files of a group, which come in any order.
    ///
    /// What the patterns leave out is left out, and what waits since an earlier run: it has a line of its own in the manifest.
    mutating func compare(filesOfGroup files: ArraySlice<Entry>) async throws -> [ComparedEntry] {
        var compared = try await askedFor(files.filter { filter?.lets($0.path, version: $0.version) != false }).filter {
            item in
            guard let record = item.record, record.epoch == context.vault.epoch else { return true }
            return !record.isDue(at: context.now) || record.wasFoundLost(by: context.run)
        }
        if audit != nil { try await lookAfterObjects(of: &compared) { _, _ in .doubtful } }
        return compared
    }

    /// After the last entry: what is left of the records, and of the objects.
    ///
    /// - Returns: false when the deadline came first.
    mutating func finish() async throws -> Bool {
        guard var walk else { return true }
        var step = Step(audit: audit, gone: gone, found: found)
        try await walk.rest(stopping: { context.isLate || step.isFull(context.settings) }) { record in
            try await passBy(record, &step)
        }
        if !walk.isStopped { try await step.audit?.finish() }
        self.walk = walk
        take(step)
        return !walk.isStopped
    }

    /// What the store has lost of files that the listing names with their folder only.
    mutating func takeUnnamed() async throws -> [ComparedEntry] {
        var compared = unnamed
        unnamed = []
        let readsAllMetadata = readsAllMetadata
        try await lookAfterObjects(of: &compared) { record, item in
            ObjectFinding(record, item.object, readsAllMetadata: readsAllMetadata)
        }
        return compared
    }

    /// Counts files that are to replace earlier versions.
    mutating func noteReplaced(_ files: Int) {
        if files > 0 { found.replaced = (found.replaced ?? 0) + files }
    }

    /// Writes what was found, at the end of a call.
    mutating func close() async throws {
        try await gone.flush()
        found.strangers += audit?.strangers ?? 0
    }
}

// MARK: - Finding records

extension RecordComparison {
    /// The records of entries, and of the paths that they had before, 100 a call.
    private func askedFor(_ entries: [Entry]) async throws -> [ComparedEntry] {
        let files = entries.filter { !$0.isOfFolder }
        let known = try await context.records(of: files.flatMap { [$0.path] + ($0.previousPath.map { [$0] } ?? []) })
        return entries.map { entry in
            ComparedEntry(entry: entry, record: known[entry.path], previous: entry.previousPath.flatMap { known[$0] })
        }
    }

    /// The records of entries from the walk; what is passed on the way is gone.
    private mutating func walked(past entries: [Entry]) async throws -> [ComparedEntry] {
        guard var walk else { return [] }
        var step = Step(audit: audit, gone: gone, found: found)
        var compared: [ComparedEntry] = []
        try await walk.walk(past: entries, stopping: { context.isLate || step.isFull(context.settings) }) { met in
            switch met {
            case .passed(let record):
                try await passBy(record, &step)
            case .met(let entry, let record):
                if entry.isOfFolder { step.gone.note(covered: entry) }
                if let record { step.found.note(record) }
                let object = try await step.audit?.object(at: entry.path)
                compared.append(ComparedEntry(entry: entry, record: record, object: object))
            }
        }
        self.walk = walk
        take(step)
        try await addUnwalked(&compared)
        return compared
    }

    /// What changes while records are walked past.
    private struct Step {
        var audit: StoreAudit?
        var gone: GoneSpool
        var found: PassCursor.Findings
        var unnamed: [ComparedEntry] = []

        /// Whether there is enough to hand out.
        func isFull(_ settings: ListSettings) -> Bool { unnamed.count >= settings.batchSize }
    }

    private mutating func take(_ step: Step) {
        (audit, gone, found) = (step.audit, step.gone, step.found)
        unnamed += step.unnamed
    }

    /// A record that no line of the manifest names.
    private func passBy(_ record: FileRecord, _ step: inout Step) async throws {
        step.found.note(record)
        let object = try await step.audit?.object(at: record.path)
        if isGone(record, step.gone.covered) {
            try await step.gone.add(record.path, version: version(record))
            step.found.gone += 1
        } else if step.audit != nil, step.gone.unchanged.covers(record.path), record.epoch == context.vault.epoch,
            filter?.lets(record.path, version: record.version) != false
        {
            let isStored = record.status == .completed
            if isStored
                ? ObjectFinding(record, object, readsAllMetadata: readsAllMetadata) != .intact
                : record.wasFoundLost(by: context.run)
            {
                step.unnamed.append(ComparedEntry(entry: record.entry, record: record, object: object))
            }
        }
        step.gone.note(comparedUpTo: record.path)
    }

    /// The walk leaves out records of paths that are longer than any key, and those of former paths lie elsewhere.
    private func addUnwalked(_ compared: inout [ComparedEntry]) async throws {
        func wanted(_ item: ComparedEntry) -> [VaultPath] {
            let isLong = item.record == nil && item.entry.path.rawValue.utf8.count > 1000
            return (isLong ? [item.entry.path] : []) + (item.entry.previousPath.map { [$0] } ?? [])
        }
        let paths = compared.flatMap(wanted)
        guard !paths.isEmpty else { return }
        let known = try await context.records(of: paths)
        for position in compared.indices {
            let entry = compared[position].entry
            compared[position].record = compared[position].record ?? known[entry.path]
            compared[position].previous = entry.previousPath.flatMap { known[$0] }
        }
    }
}

// MARK: - Finding what is gone or lost

extension RecordComparison {
    /// Whether a record without an entry in a snapshot stands for a file that is gone.
    private func isGone(_ record: FileRecord, _ covered: CoveredFolders) -> Bool {
        guard isSnapshot, record.status != .deleted else { return false }
        let isLet = filter?.lets(record.path, version: record.version) != false
        return covered.covers(record.path) ? deletesExcluded && !isLet : deletesExcluded || isLet
    }

    /// A version of an epoch that is over would outrank those of the new one.
    private func version(_ record: FileRecord) -> Int64 {
        record.epoch == context.vault.epoch ? record.version : 0
    }

    /// In what changed, and only there, a deletion speaks for itself; in a snapshot it is a folder in a file's place.
    private mutating func noteTombstones(among compared: [ComparedEntry]) async throws {
        for item in compared where item.entry.kind == .deletion {
            guard let version = try await versionToDelete(item) else { continue }
            try await gone.add(item.entry.path, version: version)
            found.gone += 1
        }
    }

    private func versionToDelete(_ item: ComparedEntry) async throws -> Int64? {
        if isSnapshot { return item.record.flatMap { isGone($0, gone.covered) ? version($0) : nil } }
        guard let record = item.record else {
            return try await isOrphan(item.entry.path) ? item.entry.version : nil
        }
        // A deletion that was held back has its file's own version, and zero where that is of an epoch that is over.
        let isOlder =
            record.epoch == context.vault.epoch
            ? record.version <= item.entry.version : item.entry.version == 0
        return record.status != .deleted && isOlder ? item.entry.version : nil
    }

    /// An object of ours without a record is what a run leaves that was stopped between storing a file and noting it.
    private func isOrphan(_ path: VaultPath) async throws -> Bool {
        guard context.deletions == .mirror, let key = try? KeyMapping.key(folder: context.folder, path: path) else {
            return false
        }
        return try await context.mirror.head(key)?.sourceVersion != nil
    }

    /// Finds what the records call completed and the store does not have as it was stored.
    private mutating func lookAfterObjects(
        of compared: inout [ComparedEntry],
        _ finding: (FileRecord, ComparedEntry) -> ObjectFinding
    ) async throws {
        var doubtful: [(position: Int, record: FileRecord, key: ObjectKey)] = []
        for position in compared.indices {
            let path = compared[position].entry.path
            // A call whose answer was lost has found so before.
            if compared[position].record?.wasFoundLost(by: context.run) == true { compared[position].isLost = true }
            guard let record = compared[position].record, record.status == .completed,
                record.settles(compared[position].entry, epoch: context.vault.epoch),
                let key = try? KeyMapping.key(folder: context.folder, path: path)
            else { continue }
            switch finding(record, compared[position]) {
            case .intact: break
            case .lost: compared[position].isLost = true
            case .doubtful: doubtful.append((position, record, key))
            }
        }
        let mirror = context.mirror
        let isIntact = try await doubtful.concurrentMap(atOnce: context.settings.requestsInFlight) { item in
            ObjectFinding.isIntact(
                item.record,
                try await mirror.head(item.key),
                keepsAttributes: mirror.keepsAttributes
            )
        }
        for (item, isIntact) in zip(doubtful, isIntact) where !isIntact { compared[item.position].isLost = true }
        found.lost += compared.count(where: \.isLost)
    }
}

extension FileRecord {
    /// Whether a run has found that the store lost the object, and nothing has come of fetching it yet.
    fileprivate func wasFoundLost(by run: RunID) -> Bool {
        status == .failed && self.run == run && lastError == .objectLost
    }
}
