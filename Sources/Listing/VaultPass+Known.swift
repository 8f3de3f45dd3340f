import SyncCore

extension VaultPass {
    /// Makes groups of the lines that the provider takes for known and below which nothing is recorded: the files were
    /// deleted and are there again, or they came late.
    func takingUpUnrecorded(_ lines: [Line<Entry>]) async throws -> [Line<Entry>] {
        let taken = lines.indices.filter { lines[$0].value.kind == .unchanged && !lines[$0].value.handle.isEmpty }
        guard !taken.isEmpty else { return lines }
        let (store, vault) = (records, vault)
        let isRecorded = try await taken.concurrentMap(atOnce: settings.requestsInFlight) { index in
            let known = try await store.someRecords(below: lines[index].value.path, in: vault.id)
            return known.contains { $0.epoch == vault.epoch && $0.status != .deleted }
        }
        var lines = lines
        for (index, isRecorded) in zip(taken, isRecorded) where !isRecorded { lines[index].value.kind = .group }
        return lines
    }
}

extension VaultPass {
    /// The records of any number of paths, 100 a call, some calls at once.
    func records(of paths: [VaultPath]) async throws -> [VaultPath: FileRecord] {
        var seen: Set<VaultPath> = []
        let distinct = paths.filter { seen.insert($0).inserted }
        let (store, vault) = (records, vault.id)
        let found = try await distinct.pieces(of: 100).concurrentMap(atOnce: settings.readsInFlight) { paths in
            try await store.records(of: Array(paths), in: vault)
        }
        return found.reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
    }

    /// An object of ours without a record is what a run leaves that was stopped between storing a file and noting it.
    func isOrphan(_ path: VaultPath) async throws -> Bool {
        guard lister.deletions == .mirror, let key = try? KeyMapping.key(folder: folder, path: path) else {
            return false
        }
        return try await lister.mirror.head(key)?.sourceVersion != nil
    }
}
