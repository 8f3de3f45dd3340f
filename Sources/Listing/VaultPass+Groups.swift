import Logging
import SyncCore

extension VaultPass {
    /// Hands out lines; groups need a session to be taken apart.
    func handOut(_ lines: [Line<Entry>], _ work: inout HandOut) async throws {
        let lines = try await takingUpUnrecorded(lines)
        let begun = (work.cursor.offset, work.cursor.member)
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
                    let hasAdvanced = (work.cursor.offset, work.cursor.member) != begun || work.page.hasWork
                    let files = isGroup ? try await takeApart(first.value, session, mayCut: hasAdvanced) : nil
                    work.page.isCut = isGroup && files == nil
                    if work.page.isCut { return }
                    let begin = work.cursor.offset
                    try await handOutFiles(some, &work)
                    guard let files, !work.page.isCut else { continue }
                    if !files.isComplete { try note(incomplete: first.value, isGone: files.isGone, session, &work) }
                    if try await !handOutGroup(files.files, &work) {
                        // The next page takes it apart once more.
                        work.cursor.offset = begin
                        return
                    }
                }
            }
        }
    }

    /// Takes a group apart. One that cannot be taken apart now costs the others nothing: a later listing names it again.
    ///
    /// - Parameters:
    ///   - group: the group.
    ///   - session: the open vault.
    ///   - mayCut: whether the page may end before the group, because something was done before it.
    /// - Returns: its files; nil where the page ends before it, so that what was done is not thrown away.
    /// - Throws: what concerns more than this group.
    private func takeApart(_ group: Entry, _ session: any VaultSession, mayCut: Bool) async throws -> GroupFiles? {
        do {
            return try await session.files(of: group)
        } catch let error as SyncError where error.concernsOneFile {
            call.logger.warning("group left for later", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
            return GroupFiles([], isComplete: false)
        } catch let error as SyncError where mayCut && (error.isRetryable || error.name == .tokenExpired) {
            call.logger.notice("page cut", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
            return nil
        }
    }

    /// Sees to it that a later listing names a group again.
    private func note(
        incomplete group: Entry,
        isGone: Bool,
        _ session: any VaultSession,
        _ work: inout HandOut
    ) throws {
        guard var listing = work.plan.listing else { return }
        listing.cursor = try session.cursor(listing.cursor, revisiting: group)
        if work.cursor.member == nil, !isGone { listing.notReady = (listing.notReady ?? 0) + 1 }
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
