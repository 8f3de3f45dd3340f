import Backup
import Checksums
import Clocks
import SyncCore
import TestSupport
import Testing

@Suite("Verification")
struct VerificationTests {
    private let world = BackupWorld()

    private func verify(
        _ verification: Verification,
        _ files: FileSelection = FileSelection(nil)
    ) async throws -> (summary: Verification.Summary, findings: [String]) {
        var findings: [String] = []
        let summary = try await verification(BackupWorld.vault, folder: "Notes", files) { finding in
            findings.append("\(finding.fault.rawValue) \(finding.path.rawValue)")
        }
        return (summary, findings.sorted())
    }

    @Test("a mirror that is as it was stored is intact, and every byte was read")
    func intact() async throws {
        for number in 0..<20 { try await world.mirror("\(number).md", "text \(number)") }
        let (summary, findings) = try await verify(world.verification())
        #expect(findings.isEmpty && summary.isIntact)
        #expect(summary.files == 20 && summary.proven == 20 && summary.bytes == 10 * 6 + 10 * 7)
    }

    @Test("a flipped byte, a missing file, an edit and a stranger are told apart")
    func faults() async throws {
        for name in ["a", "b", "c", "d"] { try await world.mirror(name, "four") }
        try await world.put("a", "foul")
        try await world.remove("b")
        try await world.put("c", "longer")
        try await world.put("x", "mine")
        try await world.put("0", "mine")
        let (summary, findings) = try await verify(world.verification())
        #expect(findings == ["corrupt a", "edited c", "missing b", "stranger 0", "stranger x"])
        #expect(summary.files == 4 && summary.proven == 1 && !summary.isIntact)
        #expect(summary.faults == [.corrupt: 1, .edited: 1, .missing: 1, .stranger: 2])
    }

    @Test("strangers alone leave a mirror intact")
    func strangers() async throws {
        try await world.put("x", "mine")
        #expect(try await verify(world.verification()).summary.isIntact)
    }

    @Test("a quick look goes by size and by what the store says, and does not see a flipped byte")
    func quick() async throws {
        for name in ["a", "b", "c"] { try await world.mirror(name, "four") }
        try await world.put("a", "foul", sha256: FingerprintHasher.digest(Array("four".utf8)))
        try await world.put("b", "foul", sha256: FingerprintHasher.digest(Array("foul".utf8)))
        try await world.put("c", "fi")
        #expect(try await verify(world.verification(depth: .quick)).findings == ["edited b", "edited c"])
    }

    @Test("a clip without SHA-256 is proven by its CRC, and one without either only by its size")
    func otherChecksums() async throws {
        try await world.mirror("crc", "four") { record in
            record.sha256 = nil
            record.crc64nvme = CRC64NVME(of: Array("four".utf8))
        }
        try await world.mirror("none", "four") { $0.sha256 = nil }
        let (summary, findings) = try await verify(world.verification())
        #expect(findings.isEmpty && summary.proven == 1 && summary.sizeOnly == 1)
        try await world.put("crc", "foul")
        #expect(try await verify(world.verification()).findings == ["corrupt crc"])
    }

    @Test("what failed, was refused or deleted is not looked for; the first two are counted")
    func notMirrored() async throws {
        for status in [FileRecord.Status.failed, .skipped, .inProgress, .deleted] {
            try await world.mirror(status.rawValue, "x") { $0.status = status }
            try await world.remove(status.rawValue)
        }
        let (summary, findings) = try await verify(world.verification())
        #expect(findings.isEmpty && summary.files == 0 && summary.notMirrored == 3)
    }

    @Test("an object of a file that failed is no stranger")
    func halfDone() async throws {
        try await world.mirror("a", "x") { $0.status = .failed }
        #expect(try await verify(world.verification()).findings.isEmpty)
    }

    @Test("a file that cannot be read is one finding; the others are looked at")
    func unreadable() async throws {
        for name in ["a", "b", "c"] { try await world.mirror(name, "x") }
        let faults = Faults<FaultyObjectStore.Operation>(.read, 2, SyncError(.storeUnavailable, "gone"))
        let (summary, findings) = try await verify(world.verification(failing: faults))
        #expect(findings.count == 1 && findings.first?.hasPrefix("unreadable") == true)
        #expect(summary.proven == 2 && !summary.isIntact)
    }

    @Test("a pattern and a share narrow it, and all shares together see everything once")
    func narrowed() async throws {
        for number in 0..<30 { try await world.mirror("n/\(number).md", "x") }
        try await world.mirror("other.txt", "x")
        #expect(try await verify(world.verification(), FileSelection("n/")).summary.files == 30)
        var total = 0
        for number in 1...5 {
            total += try await verify(
                world.verification(share: try Share("\(number)/5", now: Timestamp(milliseconds: 0)))
            ).summary.files
        }
        #expect(total == 31)
    }

    @Test("no more than the bandwidth is read")
    func bandwidth() async throws {
        let clock = ManualClock()
        let start = clock.now
        for number in 0..<10 { try await world.mirror("\(number)", String(repeating: "x", count: 100)) }
        let limit = BandwidthLimit(bytesPerSecond: 100, clock: clock)
        #expect(try await verify(world.verification(bandwidth: limit)).summary.proven == 10)
        #expect(start.duration(to: clock.now) >= .seconds(9))
    }
}
