/// Collects entries into batches and writes them.
struct BatchBuilder {
    private let pass: VaultPass
    private let header: BatchHeader
    private var entries: [Entry] = []
    private var bytes: Int64 = 0

    init(_ pass: VaultPass, listedUpTo: SourceCursor?) {
        self.pass = pass
        header = BatchHeader(vault: pass.vault, folder: pass.folder, listedUpTo: listedUpTo)
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
        for entry in entries { lines += try encoder.line(entry) }
        try await pass.lister.state.put(key, lines, ObjectAttributes(contentType: "application/x-ndjson"))
        page.batches.append(.init(vaultID: pass.vault.id, number: number, key: key, files: entries.count))
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
    private static let entriesAtOnce = 100

    /// Reads the manifest from the cursor's offset and hands out what the records do not settle.
    func handOut(
        _ plan: inout RunState.VaultPlan,
        _ cursor: inout ListCursor,
        _ page: inout ListPage.Page
    ) async throws {
        var reader = try await manifest(from: cursor.offset)
        var work = HandOut(plan: plan, cursor: cursor, page: page, batch: .init(self, listedUpTo: plan.listing?.cursor))
        while !work.isOver {
            let lines = try await reader.next(upTo: Self.entriesAtOnce)
            if lines.isEmpty { break }
            if let listed = work.plan.listing?.cursor, lines.contains(where: { $0.value.kind == .group }) {
                try await lister.provider.withLibrary(lister.secret, logger: call.logger) { source in
                    try await source.withVault(vault.id, since: listed) { session in
                        try await handOut(lines, session, &work)
                    }
                }
            } else {
                try await handOut(lines, nil, &work)
            }
        }
        try await work.batch.flush(&work.cursor, &work.page)
        (plan, cursor, page) = (work.plan, work.cursor, work.page)
        if !work.isOver { cursor.step = .delete }
    }

    /// What changes while lines of the manifest are handed out.
    private struct HandOut {
        var plan: RunState.VaultPlan
        var cursor: ListCursor
        var page: ListPage.Page
        var batch: BatchBuilder
        var isFull = false
        var isOver: Bool { isFull || page.isCut }
    }

    /// Hands out what a stretch of the manifest asks for; groups need a session to be taken apart.
    private func handOut(_ lines: [Line<Entry>], _ session: (any VaultSession)?, _ work: inout HandOut) async throws {
        let known = try await records.records(of: lines.map(\.value.path), in: vault.id)
        for line in lines {
            if line.value.kind == .group, let session {
                // Each may cost a request, so the deadline is looked at for each.
                work.page.isCut = isLate
                if work.page.isCut { return }
                try await handOutFiles(of: line.value, session, &work)
            } else if try await needsFetch(line.value, known[line.value.path]) {
                try await work.batch.add(line.value, &work.cursor, &work.page)
            }
            work.cursor.offset = line.end
            work.isFull = work.page.batches.count >= settings.batchesPerPage
            if work.isFull { return }
        }
        work.page.isCut = isLate
    }

    /// Takes a group apart and hands out those of its files that the records do not settle.
    private func handOutFiles(of group: Entry, _ session: any VaultSession, _ work: inout HandOut) async throws {
        let found = try await session.files(of: group)
        if !found.isComplete, var listing = work.plan.listing {
            listing.cursor = try session.cursor(listing.cursor, revisiting: group)
            listing.notReady = (listing.notReady ?? 0) + 1
            work.plan.listing = listing
        }
        for start in stride(from: 0, to: found.files.count, by: Self.entriesAtOnce) {
            let files = found.files[start..<min(start + Self.entriesAtOnce, found.files.count)]
            let known = try await records.records(of: files.map(\.path), in: vault.id)
            for file in files {
                // What waits since an earlier run has a line of its own in the manifest.
                if let record = known[file.path], record.pendingSince != nil, record.epoch == vault.epoch { continue }
                if try await needsFetch(file, known[file.path]) {
                    try await work.batch.add(file, &work.cursor, &work.page)
                }
            }
        }
    }

    func manifest(from offset: Int64) async throws -> JSONLinesReader<Entry> {
        let key = try KeyMapping.manifest(vault: vault.id, run: run)
        guard let stream = try await lister.state.read(key, from: offset) else {
            throw SyncError(.storeUnavailable, "the run's manifest has vanished from the state prefix")
        }
        return JSONLinesReader(stream, at: offset)
    }

    /// Decides for one entry, and does what can be done without fetching.
    private func needsFetch(_ entry: Entry, _ known: FileRecord?) async throws -> Bool {
        guard entry.kind == .file || entry.kind == .unreadable else { return false }
        // A complete run gives names that were refused another chance: prefix or store may have changed.
        let isRetried = known?.status == .skipped && call.input.request.syncType == .complete
        if let known, !isRetried, known.settles(entry, epoch: vault.epoch) {
            if known.status == .completed, known.version < entry.version || known.epoch != vault.epoch {
                // The content is there already: only the version moves on.
                try await records.save(completed(entry, previous: known), in: vault.id)
            }
            return false
        }
        return try await !copyRenamed(entry, known)
    }

    /// A file that was only renamed is copied within the store.
    private func copyRenamed(_ entry: Entry, _ known: FileRecord?) async throws -> Bool {
        guard let previousPath = entry.previousPath, let sha256 = entry.sha256,
            let old = try await records.records(of: [previousPath], in: vault.id)[previousPath],
            old.status == .completed, old.sha256 == sha256, old.epoch == vault.epoch,
            let source = try? KeyMapping.key(folder: folder, path: previousPath),
            let destination = try? KeyMapping.key(folder: folder, path: entry.path)
        else { return false }
        // Noted before it is done, so that a copy is never without a record, nor beside the record of something else.
        let begun = FileRecord(entry, status: .inProgress, author: author, previous: known)
        guard try await records.save(begun, in: vault.id) else { return true }
        let attributes = ObjectAttributes(entry, key: destination, provider: lister.provider.name, vault: vault.id)
        guard try await lister.mirror.copy(from: source, to: destination, attributes) else { return false }
        try await records.save(completed(entry, previous: known), in: vault.id)
        lister.observe(.copied(vault: folder, path: entry.path))
        return true
    }

    private func completed(_ entry: Entry, previous: FileRecord?) -> FileRecord {
        FileRecord(entry, status: .completed, author: author, previous: previous)
    }
}

extension JSONLinesReader {
    /// Up to `count` lines; fewer only at the end.
    mutating func next(upTo count: Int) async throws -> [Line<Value>] {
        var lines: [Line<Value>] = []
        while lines.count < count, let line = try await next() { lines.append(line) }
        return lines
    }
}

extension ObjectAttributes {
    /// What is stored with the object of a file.
    init(_ entry: Entry, key: ObjectKey, provider: String, vault: VaultID) {
        self.init(
            contentType: ContentType.of(key),
            sha256: entry.sha256,
            sourceVersion: String(entry.version),
            mtime: entry.mtime,
            path: entry.path,
            tags: ["provider": provider, "vault": vault.rawValue]
        )
    }
}
