extension VaultPass {
    /// Hands out lines; groups need a session to be taken apart.
    func handOut(_ lines: [Line<Entry>], _ work: inout HandOut) async throws {
        guard let listed = work.plan.listing?.cursor, lines.contains(where: { $0.value.kind == .group }) else {
            return try await handOutFiles(lines[...], &work)
        }
        try await lister.provider.withLibrary(lister.secret, logger: call.logger) { source in
            try await source.withVault(vault.id, since: listed) { session in
                var rest = lines[...]
                while let first = rest.first, let room = work.room {
                    let isGroup = first.value.kind == .group
                    let some = isGroup ? rest.prefix(1) : rest.prefix { $0.value.kind != .group }.prefix(room)
                    rest = rest.dropFirst(some.count)
                    // Each group may cost a request, so the deadline is looked at for each.
                    work.page.isCut = isGroup && isLate
                    if work.page.isCut { return }
                    let files = isGroup ? try await session.files(of: first.value) : nil
                    let begin = work.cursor.offset
                    try await handOutFiles(some, &work)
                    guard let files, !work.page.isCut else { continue }
                    if !files.isComplete { try note(incomplete: first.value, session, &work) }
                    if try await !handOutGroup(files.files, &work) {
                        // The next page takes it apart once more.
                        work.cursor.offset = begin
                        return
                    }
                }
            }
        }
    }

    /// Sees to it that a later listing names a group again.
    private func note(incomplete group: Entry, _ session: any VaultSession, _ work: inout HandOut) throws {
        guard var listing = work.plan.listing else { return }
        listing.cursor = try session.cursor(listing.cursor, revisiting: group)
        if work.cursor.member == nil { listing.notReady = (listing.notReady ?? 0) + 1 }
        work.plan.listing = listing
    }

    /// Hands out the files of a group that the pages before have not handed out, as far as there is room.
    ///
    /// - Returns: whether these were the last.
    private func handOutGroup(_ files: [Entry], _ work: inout HandOut) async throws -> Bool {
        // Providers tell them in any order, and a position has to mean the same in every page.
        let files = files.sorted(by: Entry.precedes)
        var next = min(work.cursor.member ?? 0, files.count)
        while next < files.count, let room = work.room {
            var bytes = settings.bytesPerPage - work.page.bytes
            let some = files[next...].prefix(room).prefix { file in
                defer { bytes -= file.size ?? 0 }
                return bytes > 0
            }
            let compared = try await work.comparison.compare(filesOfGroup: some, &work.cursor)
            try await handOut(compared, &work.batch, &work.cursor, &work.page)
            next += some.count
            if isLate, next < files.count { work.page.isCut = true }
        }
        work.cursor.member = next < files.count ? next : nil
        return next == files.count
    }
}
