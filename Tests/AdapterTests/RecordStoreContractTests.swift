import Checksums
import Clocks
import SyncCore
import TestSupport
import Testing

// swift-format-ignore: NeverForceUnwrap
extension VaultID {
    fileprivate static let work = VaultID("work-id")!
}

// swift-format-ignore: NeverForceUnwrap
extension RunID {
    fileprivate static let first = RunID("run-1")!
    fileprivate static let second = RunID("run-10")!
}

private let now = InstantClock.start

private func record(
    _ path: String,
    version: Int64 = 1,
    status: FileRecord.Status = .completed,
    epoch: VaultEpoch = "epoch-1"
) -> FileRecord {
    let entry = Entry(kind: .file, path: VaultPath(path), version: version, handle: "h\(version)", size: 5)
    return FileRecord(entry, status: status, author: .init(run: .first, epoch: epoch, now: now), previous: nil)
}

@Suite("Every record store")
struct RecordStoreContractTests {
    private let nastyPaths = [
        "plain.md", "with space/ two.md", "plus+%20.md", "emoji \u{1F600}.md", "\u{FFFD}.md", "e\u{301}.md",
        "\u{E9}.md",
        "quote ' \" `.md", "#hash.md", "Z.md", "a.md", "a", "a/b", "a b", "back\\slash", "line\nfeed", "zero\u{0}byte",
        "zero", " ", String(repeating: "long/", count: 190),
    ]

    @Test("what lies below a folder is told, and nothing beside it", arguments: RecordStoreAdapter.available)
    func below(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let paths = ["2026/a", "2026/a-b/x", "2026/a/1", "2026/a/2", "2026/a0/y", "2026/b/1"]
            for path in paths { _ = try await store.save(record(path), in: .notes) }
            func names(_ folder: String) async throws -> [String] {
                try await store.someRecords(below: VaultPath(folder), in: .notes).map(\.path.rawValue)
            }
            #expect(try await names("2026/a") == ["2026/a/1", "2026/a/2"])
            #expect(try await names("2026/a0") == ["2026/a0/y"])
            #expect(try await names("2026/c").isEmpty)
            #expect(try await names("2026/b/1").isEmpty)
            for number in 10..<40 { _ = try await store.save(record("2026/c/\(number)"), in: .notes) }
            #expect(try await names("2026/c") == (10..<20).map { "2026/c/\($0)" })
            #expect(try await store.someRecords(below: VaultPath("2026/a"), in: .work).isEmpty)
        }
    }

    @Test("a record comes back with all that is in it", arguments: RecordStoreAdapter.available)
    func allFields(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let entry = Entry(
                kind: .file,
                path: VaultPath("a.md"),
                version: Int64.max,
                handle: "handle \u{1F600}",
                size: Int64.max,
                mtime: Timestamp(milliseconds: -1500),
                sha256: String(repeating: "9f", count: 32)
            )
            let author = FileRecord.Author(run: .first, epoch: "e", now: now)
            var full = FileRecord(entry, status: .completed, author: author, previous: nil)
            full = FileRecord(entry, status: .failed, author: author, previous: full, error: .corruptContent)
            full.crc64nvme = CRC64NVME(0xAE8B_1486_0A79_9888)
            full.checkpoint = TransferCheckpoint(
                upload: MultipartUpload(key: try ObjectKey("Notes/\u{E9}.mp4"), id: "id+/=", partSize: 5 << 30),
                validator: "\"v\"",
                checksums: [1: CRC64NVME(1), 10_000: CRC64NVME(UInt64.max)]
            )
            full.reason = "KMS.DisabledException"
            full.fingerprint = ObjectFingerprint("9b2cf535f27731c974343645a3985328-2048")
            full.listedSize = 17
            full.isGroup = true
            full.deletedAt = now.advanced(by: .seconds(-60))
            let bare = record("b.md", status: .skipped)
            for record in [full, bare] { #expect(try await store.save(record, in: .notes)) }
            let found = try await store.records(of: [full.path, bare.path, VaultPath("c.md")], in: .notes)
            #expect(found == [full.path: full, bare.path: bare])
            #expect(try await store.records(of: [full.path], in: .work).isEmpty)
            #expect(try await store.records(of: [], in: .notes).isEmpty)
        }
    }

    @Test("paths of all kinds are kept apart, and ordered by their bytes", arguments: RecordStoreAdapter.available)
    func paths(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            for path in nastyPaths.shuffled() { try await store.save(record(path), in: .notes) }
            try await store.save(record("other vault"), in: .work)
            let all = try await store.allRecords(in: .notes, after: nil).collected().flatMap(\.self)
            #expect(all.map(\.path) == nastyPaths.map(VaultPath.init).sorted())
            let found = try await store.records(of: nastyPaths.map(VaultPath.init), in: .notes)
            #expect(found.count == nastyPaths.count)
            for (path, record) in found { #expect(record.path == path) }
        }
    }

    @Test("a path too long for any key has a record that is found by its path", arguments: RecordStoreAdapter.available)
    func longPath(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let long = record(String(repeating: "x", count: 3000), status: .skipped)
            let twin = record(String(repeating: "x", count: 3001), status: .skipped)
            try await store.save(long, in: .notes)
            try await store.save(twin, in: .notes)
            #expect(try await store.records(of: [long.path], in: .notes) == [long.path: long])
        }
    }

    @Test("all records come a page at a time, none twice and none left out", arguments: RecordStoreAdapter.available)
    func pages(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let paths = (0..<620).map { "folder/\($0 * 7919 % 620).md" }
            for path in paths { try await store.save(record(path, status: .failed), in: .notes) }
            let pages = try await store.allRecords(in: .notes, after: nil).collected()
            #expect(pages.allSatisfy { !$0.isEmpty })
            let all = pages.flatMap { $0.map(\.path) }
            #expect(all == paths.map(VaultPath.init).sorted())
            for middle in [
                all[0], all[310], VaultPath("folder/31"), all[619], VaultPath(String(repeating: "~", count: 3000)),
            ] {
                let rest = try await store.allRecords(in: .notes, after: middle).collected().flatMap(\.self)
                #expect(rest.map(\.path) == all.filter { middle < $0 })
            }
            let pending = try await store.pendingRecords(in: .notes).collected().map(\.path)
            #expect(pending.sorted() == all)
            let hundred = Array(all.prefix(100))
            #expect(try await store.records(of: hundred, in: .notes).count == 100)
        }
    }

    @Test("what is pending is listed until it is done", arguments: RecordStoreAdapter.available)
    func pending(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            for status in [FileRecord.Status.failed, .inProgress, .completed, .skipped, .deleted] {
                try await store.save(record(status.rawValue, status: status), in: .notes)
            }
            let pending = try await store.pendingRecords(in: .notes).collected()
            #expect(Set(pending) == [record("FAILED", status: .failed), record("IN_PROGRESS", status: .inProgress)])
            try await store.save(record("FAILED"), in: .notes)
            try await store.save(record("IN_PROGRESS", version: 2, status: .deleted), in: .notes)
            #expect(try await store.pendingRecords(in: .notes).collected().isEmpty)
            #expect(try await store.pendingRecords(in: .work).collected().isEmpty)
        }
    }

    @Test("an older version never takes the place of a newer one of its epoch", arguments: RecordStoreAdapter.available)
    func conditionalSave(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let path = VaultPath("a.md")
            func save(_ changed: FileRecord, in vault: VaultID = .notes) async throws -> Bool {
                try await store.save(changed, in: vault)
            }
            let (four, five) = (record("a.md", version: 4, status: .failed), record("a.md", version: 5))
            let (fiveFailed, ten) = (record("a.md", version: 5, status: .failed), record("a.md", version: 10))
            let two = record("a.md", version: 2, epoch: "epoch-2")
            let isFirstSaved = try await save(five)
            #expect(isFirstSaved)
            #expect(try await save(four) == false)
            #expect(try await store.records(of: [path], in: .notes)[path] == five)
            #expect(try await save(fiveFailed))
            #expect(try await save(ten))
            #expect(try await save(two))
            #expect(try await store.records(of: [path], in: .notes)[path] == two)
            #expect(try await save(four, in: .work))
        }
    }

    @Test("a state is committed by the holder of the lease only", arguments: RecordStoreAdapter.available)
    func commit(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            func state(_ run: RunID, _ cursor: String?) -> VaultState {
                let cursor = cursor.map { SourceCursor($0) }
                return VaultState(folder: "Notes \u{1F600}", epoch: "e", cursor: cursor, run: run, committed: now)
            }
            #expect(try await store.state(of: .notes) == nil)
            #expect(try await store.commit(state(.first, "1"), of: .notes) == false)
            #expect(try await store.acquireLease(Lease(owner: .first, now: now), on: .notes, now: now))
            #expect(try await store.state(of: .notes) == nil)
            #expect(try await store.commit(state(.second, "1"), of: .notes) == false)
            #expect(try await store.commit(state(.first, "1"), of: .notes))
            #expect(try await store.state(of: .notes) == state(.first, "1"))
            #expect(try await store.commit(state(.first, nil), of: .notes))
            // Committing does not give the lease back, and giving it back does not forget the state.
            #expect(try await store.acquireLease(Lease(owner: .second, now: now), on: .notes, now: now) == false)
            try await store.releaseLease(of: .first, on: .notes)
            #expect(try await store.commit(state(.first, "2"), of: .notes) == false)
            #expect(try await store.state(of: .notes) == state(.first, nil))
            #expect(try await store.state(of: .work) == nil)
            // What a newer program has committed is refused, and stays.
            #expect(try await store.acquireLease(Lease(owner: .first, now: now), on: .notes, now: now))
            var newer = state(.first, "3")
            newer.form = DataForm(rawValue: 99)
            #expect(try await store.commit(newer, of: .notes))
            if adapter != .memory {
                let error = await #expect(throws: SyncError.self) { try await store.state(of: .notes) }
                #expect(error?.name == .invalidConfiguration)
            }
        }
    }

    @Test(
        "a lease is one run's until it has run out by more than clocks may differ",
        arguments: RecordStoreAdapter.available
    )
    func lease(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            func acquire(_ run: RunID, after seconds: Int64) async throws -> Bool {
                let later = now.advanced(by: .seconds(seconds))
                return try await store.acquireLease(Lease(owner: run, now: later), on: .notes, now: later)
            }
            let lifetime = Lease.lifetime.components.seconds
            let skew = Lease.clockSkew.components.seconds
            #expect(try await acquire(.first, after: 0))
            #expect(try await acquire(.first, after: 10))
            #expect(try await acquire(.second, after: 20) == false)
            try await store.releaseLease(of: .second, on: .notes)
            #expect(try await acquire(.second, after: 10 + lifetime + skew) == false)
            #expect(try await acquire(.second, after: 11 + lifetime + skew))
            #expect(try await acquire(.first, after: 12 + lifetime + skew) == false)
            try await store.releaseLease(of: .second, on: .notes)
            try await store.releaseLease(of: .second, on: .notes)
            #expect(try await acquire(.first, after: 13 + lifetime + skew))
        }
    }

    @Test(
        "a vault's term rises with each run that begins, and a run of the past gets no lease",
        arguments: RecordStoreAdapter.available
    )
    func terms(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            func take(
                _ run: RunID,
                _ claim: VaultLease.Claim,
                after seconds: Int64 = 0
            ) async throws
                -> VaultLease.Answer
            {
                let time = now.advanced(by: .seconds(seconds))
                return try await store.takeLease(Lease(owner: run, now: time), claim, on: .notes, now: time)
            }
            #expect(try await take(.first, .term(1)) == .superseded)
            #expect(try await take(.first, .anew) == .taken(term: 1))
            #expect(try await take(.first, .anew) == .taken(term: 1))
            #expect(try await take(.first, .term(1)) == .taken(term: 1))
            #expect(try await take(.first, .unknown) == .taken(term: 1))
            #expect(try await take(.second, .anew) == .busy)
            #expect(try await take(.second, .unknown) == .superseded)
            try await store.releaseLease(of: .first, on: .notes)
            #expect(try await take(.first, .term(1)) == .taken(term: 1))
            try await store.releaseLease(of: .first, on: .notes)
            #expect(try await take(.second, .anew) == .taken(term: 2))
            for seconds in [0, 7200] as [Int64] {
                #expect(try await take(.first, .term(1), after: seconds) == .superseded)
                #expect(try await take(.first, .unknown, after: seconds) == .superseded)
                #expect(try await take(.second, .term(1), after: seconds) == .superseded)
            }
            try await store.releaseLease(of: .second, on: .notes)
            #expect(try await take(.first, .term(1)) == .superseded)
            #expect(try await take(.second, .term(2)) == .taken(term: 2))
            #expect(try await take(.first, .anew, after: 7200) == .taken(term: 3))
            #expect(try await store.state(of: .notes) == nil)
        }
    }

    @Test("calls of one run that begin at once begin one term", arguments: RecordStoreAdapter.available)
    func termRace(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let answers = try await withThrowingTaskGroup(of: VaultLease.Answer.self) { group in
                for _ in 1...5 {
                    group.addTask {
                        try await store.takeLease(Lease(owner: .first, now: now), .anew, on: .notes, now: now)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: .taken(term: 1), count: 5))
        }
    }

    @Test("a folder belongs to the vault that claimed it first, for good", arguments: RecordStoreAdapter.available)
    func claim(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            for _ in 1...2 {
                let first = try await store.claim(folder: "My notes", for: .notes)
                let second = try await store.claim(folder: "My notes", for: .work)
                let other = try await store.claim(folder: "my notes", for: .work)
                #expect((first, second, other) == (.notes, .notes, .work))
            }
            #expect(try await store.vaultsWithFolders() == [.notes, .work])
            #expect(try await store.allRecords(in: .notes, after: nil).collected().isEmpty)
        }
    }

    @Test("progress is that of the last write", arguments: RecordStoreAdapter.available)
    func progress(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            #expect(try await store.progress(of: .notes) == nil)
            var progress = VaultProgress(run: .first, phase: .listing, updated: now)
            try await store.save(progress, of: .notes, expires: nil)
            #expect(try await store.progress(of: .notes) == progress)
            progress.phase = .completed
            progress.filesComplete = 3
            progress.bytesTotal = Int64.max
            try await store.save(progress, of: .notes, expires: now.advanced(by: .seconds(60)))
            #expect(try await store.progress(of: .notes) == progress)
            #expect(try await store.state(of: .notes) == nil)
            #expect(try await store.acquireLease(Lease(owner: .second, now: now), on: .notes, now: now))
            #expect(try await store.progress(of: .notes) == progress)
        }
    }

    @Test(
        "receipts come by number, from the one that is asked for, of one run",
        arguments: RecordStoreAdapter.available
    )
    func receipts(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let expires = now.advanced(by: .seconds(3600))
            for number in [12, 3, 1, 200, 2, 1000] {
                var receipt = Receipt(batch: number)
                receipt.files = number
                try await store.save(receipt, of: .first, in: .notes, expires: expires)
            }
            var failed = Receipt(batch: 3)
            failed.failures = [.init(path: VaultPath("e\u{301}.md"), error: "CorruptContent")]
            failed.error = "TokenExpired"
            try await store.save(failed, of: .first, in: .notes, expires: expires)
            try await store.save(Receipt(batch: 4), of: .second, in: .notes, expires: expires)
            try await store.save(Receipt(batch: 4), of: .first, in: .work, expires: expires)
            let all = try await store.receipts(of: .first, in: .notes, from: 1).collected()
            #expect(all.map(\.batch) == [1, 2, 3, 12, 200, 1000])
            #expect(all[2] == failed)
            let some = try await store.receipts(of: .first, in: .notes, from: 4).collected()
            #expect(some.map(\.batch) == [12, 200, 1000])
            #expect(try await store.receipts(of: .first, in: .notes, from: 1001).collected().isEmpty)
            #expect(try await store.receipts(of: .second, in: .notes, from: 1).collected().map(\.batch) == [4])
        }
    }

    @Test("a thing is noted once until the note has run out or is forgotten", arguments: RecordStoreAdapter.available)
    func notes(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let until = now.advanced(by: .seconds(3600))
            #expect(try await store.noteOnce("alert#a", until: until, now: now))
            #expect(try await !store.noteOnce("alert#a", until: until, now: now))
            #expect(try await store.noteOnce("alert#b", until: until, now: now))
            let later = now.advanced(by: .seconds(3599))
            #expect(try await !store.noteOnce("alert#a", until: later.advanced(by: .seconds(3600)), now: later))
            #expect(try await store.noteOnce("alert#a", until: until.advanced(by: .seconds(3600)), now: until))
            #expect(try await !store.noteOnce("alert#a", until: until.advanced(by: .seconds(3600)), now: until))
            try await store.forgetNote("alert#a")
            #expect(try await store.noteOnce("alert#a", until: until.advanced(by: .seconds(3600)), now: until))
            try await store.forgetNote("nobody noted this")
        }
    }

    @Test("of many who note a thing at once one is the first", arguments: RecordStoreAdapter.available)
    func noteRace(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let firsts = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 1...5 {
                    group.addTask { try await store.noteOnce("k", until: now.advanced(by: .seconds(60)), now: now) }
                }
                var firsts = 0
                for try await isFirst in group where isFirst { firsts += 1 }
                return firsts
            }
            #expect(firsts == 1)
        }
    }

    @Test("the account's lease is nobody's vault", arguments: RecordStoreAdapter.available)
    func accountLease(adapter: RecordStoreAdapter) async throws {
        try await adapter.with { store in
            let lease = Lease(owner: .first, now: now, lifetime: .seconds(35))
            #expect(VaultID(VaultID.account.rawValue) == nil)
            let isTaken = try await store.acquireLease(lease, on: .account, now: now)
            #expect(isTaken)
            #expect(try await !store.acquireLease(Lease(owner: .second, now: now), on: .account, now: now))
            let later = now.advanced(by: .seconds(35) + Lease.clockSkew + .seconds(1))
            #expect(try await store.acquireLease(Lease(owner: .second, now: later), on: .account, now: later))
        }
    }
}
