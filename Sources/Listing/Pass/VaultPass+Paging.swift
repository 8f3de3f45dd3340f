import Logging
import SyncCore

extension VaultPass {
    /// The stages that work while a page is filled. Nothing else has them, and they end with it.
    private final class Desk {
        var comparison: RecordComparison
        var writer: BatchWriter
        let expansion: GroupExpansion?
        let decision: Decision
        let moves: RecordMoves

        init(_ context: PassContext, _ plan: RunState.VaultPlan, _ cursor: PassCursor) async throws {
            comparison = try await RecordComparison(context, plan, cursor)
            writer = BatchWriter(context, plan, after: cursor.batches)
            expansion = plan.listing.map { GroupExpansion(context, $0) }
            decision = Decision(
                author: context.author,
                retriesRefused: context.input.request.syncType == .complete
            )
            moves = RecordMoves(context)
        }
    }

    /// Fills a page with what the records do not settle, from the cursor's place in the manifest on.
    mutating func fillPage() async throws {
        var reader = try await context.manifest(from: machine.position.offset)
        let desk = try await Desk(context, plan, machine.cursor)
        while case .handOut(let room) = machine.next() {
            let lines = try await reader.next(upTo: room, bytes: machine.bytesLeft)
            if lines.isEmpty { machine.manifestEnded() } else { try await expand(lines, desk) }
            if context.isLate, !lines.isEmpty { machine.cut() }
        }
        var isOver = false
        if machine.next() == .drain {
            isOver = try await desk.comparison.finish()
            try await decide(on: try await desk.comparison.takeUnnamed(), desk)
            if !isOver { machine.cut() }
        }
        try await desk.comparison.close()
        machine.compared(desk.comparison.found, pieces: desk.comparison.pieces)
        try await flush(&desk.writer)
        if isOver { machine.drained() }
    }

    /// Takes the groups among lines apart, for which a session is needed, and passes everything on.
    private mutating func expand(_ lines: [Line<Entry>], _ desk: Desk) async throws {
        let lines = try await desk.expansion?.takingUpUnrecorded(lines) ?? lines
        guard let expansion = desk.expansion, lines.contains(where: { $0.value.kind == .group }) else {
            return try await compareLines(lines[...], desk)
        }
        let own = try await expansion.records(of: lines.map(\.value).filter { $0.kind == .group })
        let (context, listed) = (context, plan.listing?.cursor)
        try await context.withSession(since: listed) { session in
            var rest = lines[...]
            while let first = rest.first, let room = machine.room {
                if first.value.kind != .group {
                    let some = rest.prefix { $0.value.kind != .group }.prefix(room)
                    rest = rest.dropFirst(some.count)
                    try await compareLines(some, desk)
                    continue
                }
                // Each group may cost a request, so the deadline is looked at for each few of them.
                if context.isLate { return machine.cut() }
                let groups = rest.prefix { $0.value.kind == .group }.prefix(min(room, context.settings.groupsInFlight))
                let found = try await expansion.takeApart(groups.map(\.value), session, knowing: own)
                for (line, finding) in zip(groups, found) where machine.room != nil {
                    try await compareGroup(line, finding, own[line.value.path], session, desk)
                    rest = rest.dropFirst()
                }
            }
        }
    }

    /// Passes a group on, as far as there is room, or notes why that cannot be.
    private mutating func compareGroup(
        _ line: Line<Entry>,
        _ finding: GroupExpansion.Finding,
        _ known: FileRecord?,
        _ session: any VaultSession,
        _ desk: Desk
    ) async throws {
        let place = machine.position
        if case .broken(let error) = finding { return try cut(before: error) }
        // The group's own line says that what is known below it is there.
        try await compareLines([line][...], desk)
        if machine.page.isCut { return }
        switch finding {
        case .files(let found):
            if !found.isComplete { try revisit(line.value, found, isFirst: place.member == nil, session) }
            try await desk.expansion?.noteTakenApart(known)
            let next = try await compareFiles(found.files, from: place.member ?? 0, desk)
            // The next page takes it apart once more.
            if next < found.files.count { machine.handedOut(ofGroup: next, at: place.offset) }
        case .failed(let error):
            if try await desk.expansion?.note(error, of: line.value, knowing: known) == true { machine.itemFailed() }
        case .waits(let isNew):
            if isNew { machine.itemFailed() }
        case .broken:
            break
        }
    }

    /// Ends the page in front of what cannot be had now, so that what was done is not thrown away.
    ///
    /// - Throws: `error`, where nothing was done yet, or where waiting does not help.
    private mutating func cut(before error: any Error) throws {
        guard let error = error as? SyncError, error.isRetryable || error.name == .tokenExpired, machine.hasAdvanced
        else {
            throw error
        }
        context.logger.notice("page cut", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
        machine.cut()
    }

    /// Sees to it that a later listing names a group again.
    private mutating func revisit(
        _ group: Entry,
        _ found: GroupFiles,
        isFirst: Bool,
        _ session: any VaultSession
    ) throws {
        guard var listing = plan.listing else { return }
        listing.cursor = try session.cursor(listing.cursor, revisiting: group)
        if isFirst, !found.isGone { listing.notReady = (listing.notReady ?? 0) + 1 }
        plan.listing = listing
    }

    /// Compares the files of a group that the pages before have not handed out, as far as there is room.
    ///
    /// - Returns: how many are handed out by now.
    private mutating func compareFiles(_ files: [Entry], from first: Int, _ desk: Desk) async throws -> Int {
        var next = min(first, files.count)
        while next < files.count, let room = machine.room {
            var bytes = machine.bytesLeft
            let some = files[next...].prefix(room).prefix { file in
                defer { bytes -= file.size ?? 0 }
                return bytes > 0
            }
            try await decide(on: try await desk.comparison.compare(filesOfGroup: some), desk)
            next += some.count
            if context.isLate, next < files.count { machine.cut() }
        }
        return next
    }

    /// Compares lines as they are.
    private mutating func compareLines(_ lines: ArraySlice<Line<Entry>>, _ desk: Desk) async throws {
        let compared = try await desk.comparison.compare(lines.map(\.value))
        try await decide(on: compared + (try await desk.comparison.takeUnnamed()), desk)
        if let last = lines.prefix(compared.count).last { machine.handedOut(upTo: last.end) }
        if compared.count < lines.count { machine.cut() }
    }

    /// Decides, and does what was decided.
    private mutating func decide(on compared: [ComparedEntry], _ desk: Desk) async throws {
        let verdicts = compared.map { (item: $0, verdict: desk.decision(on: $0)) }
        desk.comparison.noteReplaced(verdicts.count { $0.verdict.replaces($0.item.record) })
        try await write(try await desk.moves.carryOut(verdicts), &desk.writer)
    }

    /// Adds entries to batches.
    mutating func write(_ entries: [Entry], _ writer: inout BatchWriter) async throws {
        for entry in entries {
            if let batch = try await writer.add(entry) { note(batch) }
            machine.collected(writer.waiting)
        }
    }

    /// Writes what waits for its batch to be full.
    mutating func flush(_ writer: inout BatchWriter) async throws {
        if let batch = try await writer.flush() { note(batch) }
    }

    private mutating func note(_ batch: BatchWriter.Written) {
        machine.wrote(batch.reference, bytes: batch.bytes)
        if case .page = machine.cursor.phase {
            context.observe(.planned(vault: context.folder, files: batch.reference.files, bytes: batch.bytes))
        }
    }
}
