import SyncCore

/// Collects entries into batches and writes them.
struct BatchBuilder {
    private let pass: VaultPass
    private let header: BatchHeader
    private var entries: [Entry] = []
    private var bytes: Int64 = 0

    init(_ pass: VaultPass, _ plan: RunState.VaultPlan) {
        self.pass = pass
        header = BatchHeader(
            vault: pass.vault,
            folder: pass.folder,
            listedUpTo: plan.listing?.cursor,
            term: pass.lease.term,
            mayHoldObjects: plan.mayHoldObjects
        )
    }

    /// Adds an entry; a batch that is full thereby goes to the page.
    mutating func add(_ entry: Entry, _ cursor: inout ListCursor, _ page: inout ListPage.Page) async throws {
        entries.append(entry)
        bytes += entry.size ?? 0
        if entries.count >= pass.settings.batchSize || bytes >= pass.settings.batchBytes {
            try await flush(&cursor, &page)
        }
    }

    /// Writes what was collected as one batch.
    mutating func flush(_ cursor: inout ListCursor, _ page: inout ListPage.Page) async throws {
        guard !entries.isEmpty else { return }
        let number = cursor.batches + 1
        let key = try KeyMapping.batch(number, vault: pass.vault.id, run: pass.run)
        let encoder = JSONLinesEncoder()
        var lines = try encoder.line(header)
        for entry in entries { try encoder.append(entry, to: &lines) }
        try await pass.lister.state.put(key, lines, ObjectAttributes(contentType: "application/x-ndjson"))
        page.batches.append(.init(vaultID: pass.vault.id, number: number, key: key, files: entries.count))
        page.bytes += bytes
        cursor.batches = number
        if cursor.round == 1 {
            cursor.planned.files += entries.count
            cursor.planned.bytes += bytes
            pass.lister.observe(.planned(vault: pass.folder, files: entries.count, bytes: bytes))
        }
        entries = []
        bytes = 0
    }
}

extension VaultPass {
    /// Reads the manifest from the cursor's offset and hands out what the records do not settle.
    func handOut(
        _ plan: inout RunState.VaultPlan,
        _ cursor: inout ListCursor,
        _ page: inout ListPage.Page
    ) async throws {
        var reader = try await manifest(from: cursor.offset)
        var work = HandOut(
            plan: plan,
            cursor: cursor,
            page: page,
            batch: BatchBuilder(self, plan),
            comparison: try await Comparison(self, plan, cursor)
        )
        while !work.cursor.isDraining, let room = work.room {
            let lines = try await reader.next(upTo: room, bytes: settings.bytesPerPage - work.page.bytes)
            try await handOut(lines, &work)
            work.cursor.isDraining = lines.isEmpty
            if isLate, !lines.isEmpty { work.page.isCut = true }
        }
        var isOver = false
        if work.cursor.isDraining {
            isOver = try await work.comparison.finish(&work.cursor)
            let unnamed = try await work.comparison.takeUnnamed(&work.cursor)
            try await handOut(unnamed, &work.batch, &work.cursor, &work.page)
            work.page.isCut = !isOver
        }
        try await work.comparison.close(&work.cursor)
        try await work.batch.flush(&work.cursor, &work.page)
        (plan, cursor, page) = (work.plan, work.cursor, work.page)
        if isOver { cursor.beginDeleting() }
    }

    /// What changes while lines of the manifest are handed out.
    struct HandOut {
        var plan: RunState.VaultPlan
        var cursor: ListCursor
        var page: ListPage.Page
        var batch: BatchBuilder
        var comparison: Comparison

        /// How many lines can be looked at next; nil where the page is full or cut.
        var room: Int? { page.isCut ? nil : batch.room(on: page) }
    }

    /// Hands out lines as they are.
    func handOutFiles(_ lines: ArraySlice<Line<Entry>>, _ work: inout HandOut) async throws {
        let compared = try await work.comparison.compare(lines.map(\.value), &work.cursor)
        let unnamed = try await work.comparison.takeUnnamed(&work.cursor)
        try await handOut(compared + unnamed, &work.batch, &work.cursor, &work.page)
        if let last = lines.prefix(compared.count).last { work.cursor.offset = last.end }
        work.page.isCut = compared.count < lines.count
    }

    func manifest(from offset: Int64) async throws -> JSONLinesReader<Entry> {
        let key = try KeyMapping.manifest(vault: vault.id, run: run)
        guard let stream = try await lister.state.read(key, from: offset) else {
            throw SyncError(.storeUnavailable, "the run's manifest has vanished from the state prefix")
        }
        return JSONLinesReader(stream, at: offset)
    }

    /// Does what comparing has shown to be done.
    func handOut(
        _ compared: [Comparison.Compared],
        _ batch: inout BatchBuilder,
        _ cursor: inout ListCursor,
        _ page: inout ListPage.Page
    ) async throws {
        var moved: [FileRecord] = []
        var wanted: [Entry] = []
        var isLeaseChecked = false
        var unchanged = ListCursor.Totals()
        for item in compared {
            switch decision(on: item) {
            case .nothing:
                unchanged.count(item.entry)
            case .moveOn(let record):
                unchanged.count(item.entry)
                moved.append(record)
            case .fetch(let entry, let lost):
                if let lost { moved.append(lost) }
                wanted.append(entry)
            case .copy(let old):
                if !isLeaseChecked { try await checkLease() }
                isLeaseChecked = true
                if try await !copyRenamed(item.entry, item.record, from: old) { wanted.append(item.entry) }
            }
        }
        if !moved.isEmpty {
            if !isLeaseChecked { try await checkLease() }
            try await save(moved)
        }
        for entry in wanted { try await batch.add(entry, &cursor, &page) }
        if unchanged.files > 0 {
            lister.observe(.unchanged(vault: folder, files: unchanged.files, bytes: unchanged.bytes))
        }
    }

    private enum Decision {
        case nothing
        /// The content is there already: only the version moves on.
        case moveOn(FileRecord)
        /// The file has to be fetched; where the store has lost it, its record has to say so first.
        case fetch(Entry, FileRecord?)
        /// The file was renamed, and nothing else.
        case copy(FileRecord)
    }

    private func decision(on item: Comparison.Compared) -> Decision {
        let entry = item.entry
        guard entry.kind == .file || entry.kind == .unreadable else { return .nothing }
        if let known = item.record, !isRetried(known), known.settles(entry, epoch: vault.epoch) {
            if item.isLost {
                let entry = known.epoch == vault.epoch ? known.entry : entry
                let lost = FileRecord(entry, status: .failed, author: author, previous: known, error: .objectLost)
                return .fetch(entry, lost)
            }
            let isBehind = known.version < entry.version || known.epoch != vault.epoch
            return known.status == .completed && isBehind ? .moveOn(completed(entry, previous: known)) : .nothing
        }
        if let old = item.previous, let sha256 = entry.sha256, old.status == .completed, old.sha256 == sha256,
            old.epoch == vault.epoch
        {
            return .copy(old)
        }
        return .fetch(entry, nil)
    }

    /// A complete run gives names that were refused another chance: prefix or store may have changed. What was gone at the
    /// source gets one from time to time.
    private func isRetried(_ known: FileRecord) -> Bool {
        guard known.status == .skipped else { return false }
        return call.input.request.syncType == .complete || known.isDue(at: lister.clock.now)
    }

    /// A file that was only renamed is copied within the store, if what lies there is what its record speaks of.
    private func copyRenamed(_ entry: Entry, _ known: FileRecord?, from old: FileRecord) async throws -> Bool {
        let mirror = lister.mirror
        guard let source = try? KeyMapping.key(folder: folder, path: old.path),
            let destination = try? KeyMapping.key(folder: folder, path: entry.path),
            ObjectFinding.isIntact(old, try await mirror.head(source), keepsAttributes: mirror.keepsAttributes)
        else { return false }
        // Looking at the source may have taken its time.
        try await lease.check()
        // Noted before it is done, so that a copy is never without a record, nor beside the record of something else.
        let begun = FileRecord(entry, status: .inProgress, author: author, previous: known)
        guard try await records.save(begun, in: vault.id) else { return true }
        let attributes = ObjectAttributes(entry, key: destination, provider: lister.provider.name, vault: vault.id)
        guard let stored = try await mirror.copy(from: source, to: destination, attributes) else { return false }
        var entry = entry
        entry.size = entry.size ?? old.size
        var record = completed(entry, previous: known)
        record.fingerprint = stored.fingerprint
        try await records.save(record, in: vault.id)
        lister.observe(.copied(vault: folder, path: entry.path))
        return true
    }

    private func completed(_ entry: Entry, previous: FileRecord?) -> FileRecord {
        var entry = entry
        if entry.sha256 != nil, entry.sha256 == previous?.sha256 { entry.size = entry.size ?? previous?.size }
        var record = FileRecord(entry, status: .completed, author: author, previous: previous)
        // Where only the version moves on, the object is the one that the record before describes.
        if previous?.status == .completed, record.sha256 == previous?.sha256 {
            record.fingerprint = previous?.fingerprint
        }
        return record
    }

    /// Writes records, some at once.
    ///
    /// - Returns: which were written; the others met a newer one.
    @discardableResult
    func save(_ records: [FileRecord]) async throws -> [Bool] {
        let (store, vault) = (self.records, vault.id)
        return try await records.concurrentMap(atOnce: settings.requestsInFlight) { record in
            try await store.save(record, in: vault)
        }
    }
}

extension BatchBuilder {
    /// How many lines of the manifest to look at next; nil where the page has no room for as many as one call reads.
    ///
    /// Every line may turn out to be a file to fetch, and every file may fill a batch.
    func room(on page: ListPage.Page) -> Int? {
        let settings = pass.settings
        let whole = settings.batchSize * settings.batchesPerPage
        let left = whole - page.batches.count * settings.batchSize - entries.count
        let unit = min(100, whole)
        guard left >= unit, page.bytes + bytes < settings.bytesPerPage, page.batches.count < settings.batchesPerPage
        else { return nil }
        return min(left / unit, settings.readsInFlight) * unit
    }
}
