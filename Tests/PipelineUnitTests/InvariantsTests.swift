import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

/// Each rule of the checker finds what was planted, and nothing in a mirror that is right.
@Suite("The checker of invariants")
struct InvariantsTests {
    private static let note = VaultPath("a.md")
    private static let file = "Notes/a.md"

    /// A world that was mirrored, with a deletion, a rename and a failure in it.
    private func world() async throws -> World {
        let world = World.withNotes(["a.md": "text a", "b.md": "text b", "c.md": "text c", "d.md": "text d"])
        try await world.run(.first)
        world.delete("b.md")
        world.rename("c.md", to: "moved.md")
        try await world.run(.second)
        return world
    }

    private func expect(
        _ rule: MirrorEvidence.Rule,
        _ plant: (World, inout MirrorEvidence) async throws -> Void
    ) async throws {
        let world = try await world()
        var evidence = try await world.evidence(after: .third)
        #expect(try await MirrorInvariants.violations(of: evidence) == [])
        try await plant(world, &evidence)
        let found = try await MirrorInvariants.violations(of: evidence)
        #expect(found.contains { $0.rule == rule }, "\(found)")
        evidence.excused.insert(rule)
        #expect(try await MirrorInvariants.violations(of: evidence).allSatisfy { $0.rule != rule })
    }

    @Test("finds an object that is missing, of another size, of another content")
    func objects() async throws {
        try await expect(.objects) { world, _ in try await world.mirror.delete([ObjectKey(Self.file)]) }
        for text in ["text", "texx a"] {
            try await expect(.objects) { world, _ in
                try await world.mirror.put(ObjectKey(Self.file), Array(text.utf8), .init(contentType: "text/plain"))
            }
        }
    }

    @Test("finds a record that went back to an older version, and an object that is newer than its record")
    func versions() async throws {
        try await expect(.versions) { world, evidence in
            var before = world.records.files(of: .notes)
            before[Self.note]?.version += 1
            evidence.recordsBefore = [.notes: before]
        }
        try await expect(.versions) { world, _ in
            var attributes = ObjectAttributes(contentType: "text/markdown")
            attributes.sourceVersion = "1000"
            try await world.mirror.put(ObjectKey(Self.file), Array("newer".utf8), attributes)
        }
    }

    @Test("finds an upload that no record names")
    func uploads() async throws {
        try await expect(.uploads) { world, _ in
            _ = try await world.mirror.beginUpload(
                ObjectKey(Self.file),
                .init(contentType: "text/plain"),
                partSize: 5 << 20
            )
        }
    }

    @Test("finds a lease that stands, by asking and by being told")
    func leases() async throws {
        try await expect(.leases) { world, evidence in
            evidence.leaseOwner = nil
            world.records.setLease(Lease(owner: .third, now: world.clock.now), on: .notes)
        }
        try await expect(.leases) { world, _ in
            world.records.setLease(Lease(owner: .third, now: world.clock.now), on: .notes)
        }
    }

    @Test("finds what must not be told")
    func secrecy() async throws {
        try await expect(.secrecy) { _, evidence in
            evidence.secrets = ["hunter2"]
            evidence.told = [.init("log", "all is well"), .init("history", #"{"password":"hunter2"}"#)]
        }
    }

    @Test("finds what an idle run has written")
    func idleness() async throws {
        try await expect(.idleness) { _, evidence in evidence.idleWrites = ["PUT something"] }
    }

    @Test("finds files that failed for no reason, do not wait, or were not counted")
    func failures() async throws {
        func fail(_ world: World, _ change: (inout FileRecord) -> Void) async throws {
            var record = try #require(world.record("a.md"))
            record.status = .failed
            record.lastError = "CorruptContent"
            record.pendingSince = world.clock.now
            change(&record)
            #expect(try await world.records.save(record, in: .notes))
        }
        try await expect(.failures) { world, _ in try await fail(world) { $0.lastError = nil } }
        try await expect(.failures) { world, _ in try await fail(world) { $0.pendingSince = nil } }
        try await expect(.failures) { world, evidence in
            try await fail(world) { _ in }
            evidence.reportedFailures = 0
        }
        try await expect(.failures) { world, evidence in
            try await fail(world) { _ in }
            evidence.measuredPending = 0
        }
    }

    @Test("finds an object without a record, one whose record is deleted, and a key outside")
    func keys() async throws {
        for path in ["Notes/unknown.md", "elsewhere.md", "Notes/b.md"] {
            try await expect(.keys) { world, _ in
                try await world.mirror.put(ObjectKey(path), [1], .init(contentType: "text/plain"))
            }
        }
        try await expect(.keys) { _, evidence in evidence.keys = (["vaults/a", "other/b"], ["vaults/", "state/"]) }
    }

    @Test("finds deletions without a listing, past the brake, and by a list of failures")
    func deletions() async throws {
        func change(_ world: World, _ change: (inout RunState.VaultPlan) -> Void) async throws {
            var run = try #require(try await RunState.load(.second, from: world.state))
            change(&run.vaults[0])
            try await run.save(to: world.state)
        }
        try await expect(.deletions) { world, _ in try await change(world) { $0.listing = nil } }
        try await expect(.deletions) { world, _ in try await change(world) { $0.listing?.isSpooled = false } }
        try await expect(.deletions) { world, _ in try await change(world) { $0.withheld = 1 } }
        try await expect(.deletions) { world, _ in
            try await change(world) {
                $0.listing?.isOfFailures = true
                $0.deleted = 0
            }
        }
    }

    @Test("finds an object of somebody else that was changed or deleted")
    func strangers() async throws {
        try await expect(.strangers) { _, evidence in evidence.strangers = ["Notes/theirs.md": [1]] }
        try await expect(.strangers) { world, evidence in
            evidence.strangers = ["Notes/theirs.md": [1]]
            try await world.mirror.put(ObjectKey("Notes/theirs.md"), [2], .init(contentType: "text/plain"))
        }
    }
}
