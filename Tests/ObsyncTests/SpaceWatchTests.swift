import LocalAdapters
import SyncCore
import Synchronization
import Testing

@testable import obsync

@Suite("room on the disk")
struct SpaceWatchTests {
    @Test("that does not suffice for what is handed out is told once, with figures")
    func told() {
        let told = Mutex<[String]>([])
        let watch = SpaceWatch(space: { FreeSpace(free: 5_000_000, total: 10_000_000) }) { line in
            told.withLock { $0.append(line) }
        }
        watch.observe(.planned(vault: "a", files: 1, bytes: 4_000_000))
        watch.observe(.stored(vault: "a", path: VaultPath("x"), bytes: 3_000_000))
        watch.observe(.planned(vault: "a", files: 1, bytes: 3_900_000))
        #expect(told.withLock { $0 }.isEmpty)
        watch.observe(.planned(vault: "b", files: 1, bytes: 200_000))
        watch.observe(.planned(vault: "b", files: 1, bytes: 200_000))
        #expect(told.withLock { $0.count } == 1)
        #expect(told.withLock { $0[0] }.hasPrefix("5.1 MB are to be fetched, and 5.0 MB of 10.0 MB free; make room"))
    }

    @Test("that nobody knows is not told of")
    func unknown() {
        let watch = SpaceWatch(space: { nil }) { _ in Issue.record("told") }
        watch.observe(.planned(vault: "a", files: 1, bytes: .max))
    }
}
