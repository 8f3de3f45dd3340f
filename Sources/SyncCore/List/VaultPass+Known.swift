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
