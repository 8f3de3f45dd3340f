import Checksums
import Clocks
import Logging
import SyncCore

/// A large file whose source can be read from any offset: several ranges at once, each piped straight into one part.
///
/// The record says which upload it is and which content goes into it, so that a later call goes on: with the parts that
/// the store lists, as long as the content is the same.
struct RangedTransfer: Sendable {
    private let file: WantedFile
    private let ranges: any RangedContent
    private let context: TransferContext
    private let journal: FileJournal
    private let limit: AdaptiveLimit

    /// An upload that is under way, and the record that says so.
    private struct Upload: Sendable {
        var handle: MultipartUpload
        var plan: PartPlan
        var stored: [UploadedPart] = []
    }

    /// What came of one attempt at one part.
    private struct Attempt: Sendable {
        var number: Int
        var attempt: Int
        var pace: AdaptiveLimit.Pace
        var outcome: Result<UploadedPart, SyncError>
    }

    /// Nil when there is no time left.
    private typealias Parts = ThrowingTaskGroup<Attempt?, any Error>

    init(
        _ file: WantedFile,
        _ ranges: any RangedContent,
        atOnce: Int,
        _ context: TransferContext,
        _ journal: FileJournal
    ) {
        self.file = file
        self.ranges = ranges
        self.context = context
        self.journal = journal
        limit = AdaptiveLimit(atOnce)
    }

    /// Fetches and stores what is missing, until the deadline.
    ///
    /// - Throws: what is wrong with the file, after its upload was thrown away; and what concerns more than this session,
    ///   such as a refused token, with the upload left for the next call.
    func run() async throws -> TransferResult {
        try file.verify(size: ranges.size, announced: nil, sha256: nil)
        try UploadSettings.check(ranges.size)
        let known = try await journal.record(of: file.entry.path)
        var upload = try await resumed(known)
        if upload == nil { upload = try await begin(known) }
        guard let upload else { return .settled(.settledBefore) }
        do {
            return try await run(upload, known)
        } catch let error as SyncError where error.concernsOneFile && error.name != .fileUnavailable {
            await context.abandon(upload.handle)
            throw error
        }
    }

    private func run(_ upload: Upload, _ known: FileRecord?) async throws -> TransferResult {
        var schedule = PartSchedule(upload.plan, stored: upload.stored)
        if let failure = try await store(&schedule, upload) {
            try await saveCheckpoint(schedule, upload, known)
            return .broke(failure, parts: schedule.advanced)
        }
        guard schedule.isComplete else {
            try await saveCheckpoint(schedule, upload, known)
            return .unfinished(parts: schedule.advanced)
        }
        let parts = schedule.parts
        guard parts.count == upload.plan.count, parts.totalSize == ranges.size, let checksum = parts.wholeChecksum
        else {
            throw SyncError(.corruptContent, "the parts of a file do not make up the whole of it")
        }
        try await journal.checkLease()
        let stored: StoredObject
        do {
            stored = try await context.mirror.completeSurely(upload.handle, parts: parts, file.attributes)
        } catch let error as SyncError where error.isRetryable {
            try await saveCheckpoint(schedule, upload, known)
            return .broke(error, parts: schedule.advanced)
        }
        let content = StoredContent(size: ranges.size, crc64nvme: checksum, fingerprint: stored.fingerprint)
        return .settled(try await journal.complete(file, content, known))
    }
}

extension RangedTransfer {
    /// The upload of an earlier call, if it is of this content and the store still has it. What is of no use is aborted.
    private func resumed(_ known: FileRecord?) async throws -> Upload? {
        guard let known, let checkpoint = known.checkpoint else { return nil }
        let handle = checkpoint.upload
        let isSame =
            known.checkpoint(of: file.entry, epoch: journal.batch.vault.epoch) != nil && handle.key == file.key
            && checkpoint.validator == ranges.validator && handle.partSize > 0
        let plan = PartPlan(size: ranges.size, partSize: max(handle.partSize, 1))
        guard isSame, plan.count <= UploadSettings.mostParts else {
            await context.abandon(handle)
            return nil
        }
        guard let listed = try await context.mirror.storedParts(of: handle) else { return nil }
        let stored = listed.compactMap { part -> UploadedPart? in
            var part = part
            part.checksum = part.checksum ?? checkpoint.checksums[part.number]
            guard (1...plan.count).contains(part.number), part.checksum != nil else { return nil }
            let range = plan.range(of: part.number)
            return part.size == range.upperBound - range.lowerBound ? part : nil
        }
        context.logger.debug("transfer goes on", metadata: [LogKey.files: "1", LogKey.parts: "\(stored.count)"])
        return Upload(handle: handle, plan: plan, stored: stored)
    }

    /// Begins an upload and says so in the record; nil when a newer version stands there.
    private func begin(_ known: FileRecord?) async throws -> Upload? {
        let partSize = context.settings.upload.partSize(for: ranges.size)
        let plan = PartPlan(size: ranges.size, partSize: partSize)
        // By its record an upload is known to be ours, should this process be killed right after it was begun.
        if known == nil, try await !journal.begin(file.entry, known) { return nil }
        let handle = try await context.mirror.beginUpload(file.key, file.attributes, partSize: partSize)
        do {
            let checkpoint = TransferCheckpoint(upload: handle, validator: ranges.validator)
            if try await journal.begin(file.entry, known, at: checkpoint) { return Upload(handle: handle, plan: plan) }
        } catch {
            await context.abandon(handle)
            throw error
        }
        await context.abandon(handle)
        return nil
    }

    /// Notes the checksums of what is stored, for stores that do not list them.
    private func saveCheckpoint(_ schedule: PartSchedule, _ upload: Upload, _ known: FileRecord?) async throws {
        guard schedule.advanced > 0 else { return }
        var checkpoint = TransferCheckpoint(upload: upload.handle, validator: ranges.validator)
        for part in schedule.stored { checkpoint.checksums[part.number] = part.checksum }
        _ = try await journal.begin(file.entry, known, at: checkpoint)
    }
}

extension RangedTransfer {
    /// Stores parts until all are, the deadline comes, or one fails for this session.
    ///
    /// - Returns: why one failed. Those that were under way then are stored all the same.
    private func store(_ schedule: inout PartSchedule, _ upload: Upload) async throws -> SyncError? {
        var local = schedule
        defer { schedule = local }
        return try await withThrowingTaskGroup(of: Attempt?.self) { group in
            if let end = context.time.cutOff?.parts {
                group.addTask {
                    try await context.time.clock.sleep(until: end, tolerance: nil)
                    return nil
                }
            }
            var failure: SyncError?
            while true {
                while failure == nil, hasTimeForOneMore(of: upload), local.isIdle || context.governor.isOpen,
                    let next = local.next(limit: mostAtOnce)
                {
                    start(next.number, attempt: next.attempt, of: upload, after: .zero, &group)
                }
                guard !local.isIdle, let next = try await group.next() else { break }
                guard let attempt = next else {
                    await giveUp(&local, &group)
                    break
                }
                switch attempt.outcome {
                case .success(let part):
                    limit.succeeded()
                    local.note(part)
                case .failure(let error):
                    if error.name == .throttled { limit.throttled(at: attempt.pace) }
                    if failure == nil, let pause = context.retries.pause(after: error, attempt: attempt.attempt) {
                        let again = local.again(attempt.number)
                        start(attempt.number, attempt: again, of: upload, after: pause, &group)
                    } else {
                        local.giveUp(attempt.number)
                        failure = failure ?? error
                    }
                }
            }
            group.cancelAll()
            return failure
        }
    }

    private func hasTimeForOneMore(of upload: Upload) -> Bool {
        context.time.allows(context.line.time(forOneMore: upload.plan.partSize) ?? .zero)
    }

    /// How many parts may be under way now.
    ///
    /// Where time is limited the first goes alone: over a slow line many at once would all be open when the time is up, and
    /// the call after it would fare no better.
    private var mostAtOnce: Int {
        context.time.cutOff != nil && !context.line.isKnown ? 1 : limit.current
    }

    /// Ends what is under way; a part that is stored in spite of that counts.
    private func giveUp(_ schedule: inout PartSchedule, _ group: inout Parts) async {
        group.cancelAll()
        while let result = await group.nextResult() {
            if case .success(.some(let attempt)) = result, case .success(let part) = attempt.outcome {
                schedule.note(part)
            }
        }
        schedule.giveUpAll()
        context.logger.notice(
            "parts given up: the function's time is up",
            metadata: [LogKey.parts: "\(schedule.openCount)"]
        )
    }

    private func start(
        _ number: Int,
        attempt: Int,
        of upload: Upload,
        after pause: Duration,
        _ group: inout Parts
    ) {
        let pace = limit.pace
        let begun = context.time.clock.now.advanced(by: pause)
        context.line.begin()
        group.addTask {
            var stored: Int64?
            defer { context.line.end(stored, after: begun.duration(to: context.time.clock.now)) }
            if pause > .zero { try await context.time.clock.sleep(for: pause) }
            try await journal.checkLease()
            var result = Attempt(number: number, attempt: attempt, pace: pace, outcome: .failure(Self.unread))
            do {
                let range = upload.plan.range(of: number)
                result.outcome = .success(
                    try await ranges.withRange(range) { stream in
                        let size = range.upperBound - range.lowerBound
                        return try await context.mirror.putPart(number, stream, size: size, of: upload.handle)
                    }
                )
                stored = range.upperBound - range.lowerBound
            } catch let error as SyncError where error.isRetryable {
                result.outcome = .failure(error)
            }
            return result
        }
    }

    private static var unread: SyncError { SyncError(.sourceUnavailable, "a range was not read") }
}
