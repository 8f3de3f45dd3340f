import Clocks
import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Asking a record store again")
struct PatientRecordStoreTests {
    private let clock = ManualClock()
    private let memory = MemoryRecordStore(pageSize: 2)
    private let faults = Faults<FaultyRecordStore.Operation>()

    private func store(seconds: Int = 60) -> PatientRecordStore {
        PatientRecordStore(
            base: FaultyRecordStore(memory, fail: faults),
            clock: clock,
            deadline: clock.now.advanced(by: .seconds(seconds)),
            random: { 0.5 }
        )
    }

    private func throttle(_ times: Int, retryAfter: Duration? = nil) {
        faults.replace { _, count in
            count <= times ? .init(SyncError(.throttled, "slower", retryAfter: retryAfter), afterDoing: false) : nil
        }
    }

    @Test("who asks for fewer requests is asked again, after waits that double")
    func waits() async throws {
        throttle(3)
        #expect(try await store().state(of: .notes) == nil)
        #expect(clock.sleeps == [.milliseconds(500), .seconds(1), .seconds(2)])
    }

    @Test("a longer wait that is asked for is kept")
    func asked() async throws {
        throttle(1, retryAfter: .seconds(20))
        _ = try await store().vaultsWithFolders()
        #expect(clock.sleeps == [.seconds(20)])
    }

    @Test("a wait beyond the deadline is not begun, and any other error is the caller's")
    func gives() async throws {
        throttle(99)
        await #expect(throws: SyncError.self) { _ = try await store(seconds: 3).state(of: .notes) }
        #expect(clock.sleeps.reduce(.zero, +) < .seconds(3))
        let waited = clock.sleeps.count
        faults.replace { _, _ in .init(SyncError(.storeUnavailable, "away"), afterDoing: false) }
        await #expect(throws: SyncError.self) { _ = try await store().state(of: .notes) }
        #expect(clock.sleeps.count == waited)
    }

    @Test("a walk that is interrupted goes on behind its last page")
    func resumes() async throws {
        let author = FileRecord.Author(run: .first, epoch: "e", now: clock.now)
        for number in 0..<7 {
            let record = FileRecord(file("\(number)"), status: .completed, author: author, previous: nil)
            _ = try await memory.save(record, in: .notes)
        }
        throttle(1)
        var found: [String] = []
        var pages = store().allRecords(in: .notes, after: VaultPath("1")).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) { found += page.map(\.path.rawValue) }
        #expect(found == ["2", "3", "4", "5", "6"])
    }
}
