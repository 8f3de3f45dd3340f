import HTTPTransport
import Simulators
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import GoProCloud

@Suite("a listing in stretches")
struct LibraryListingTests {
    /// Nine pages of five media.
    private func world(largestPage: Int = 5) throws -> GoProWorld {
        try GoProWorld((1...45).map { Samples.video($0) }, largestPage: largestPage)
    }

    private func pages(_ world: GoProWorld) -> [String] {
        world.http.askedURLs.filter { $0.contains("per_page=50") }
    }

    @Test("a listing that takes five calls of the lister asks for each page once, and mirrors everything")
    func fiveCalls() async throws {
        let quick = try world()
        try await quick.run()
        var slow = try world()
        slow.listerTime = .seconds(100)
        let clock = slow.clock
        // Two pages a call; the last one has time for the media as well.
        slow.http.beforeEachRequest { url in
            if url.contains("per_page=50") { clock.advance(by: .seconds(60)) }
        }
        try await slow.run()
        #expect(pages(slow).count == 9)
        #expect(Set(pages(slow)).count == 9)
        #expect(slow.lists.next() == quick.lists.next() + 4)
        #expect(slow.differences() == [])
    }

    @Test("without any time one page is read in each stretch")
    func onePage() async throws {
        let world = try world()
        var place: ListingPlace?
        var handles: Set<VaultPath> = []
        var stretches = 0
        var end: ListingEnd?
        while end == nil, stretches < 20 {
            stretches += 1
            let stretch = try await world.withSession { session in
                try await session.list(from: place, while: { false }) { handles.insert($0.path) }
            }
            switch stretch {
            case .paused(let next): place = next
            case .ended(let found): end = found
            }
        }
        #expect(stretches == 9)
        #expect(handles.count == 45)
        #expect(end?.isSnapshot == true)
    }

    @Test("a request that fails costs nothing of what was read before")
    func failure() async throws {
        let world = try world()
        let isBroken = Mutex(true)
        world.http.beforeEachRequest { url in
            guard url.hasSuffix("&page=4"), isBroken.withLock({ $0 }) else { return }
            throw TransportError(.connectionLost, message: "cut")
        }
        let first = try await world.withSession { session in
            try await session.list(from: nil, while: { true }) { _ in }
        }
        guard case .paused(let place) = first else {
            Issue.record("it is \(first)")
            return
        }
        await #expect(throws: SyncError.self) {
            _ = try await world.withSession { try await $0.list(from: place, while: { true }) { _ in } }
        }
        isBroken.withLock { $0 = false }
        var rest = 0
        let second = try await world.withSession { session in
            try await session.list(from: place, while: { true }) { _ in rest += 1 }
        }
        #expect(rest == 30)
        guard case .ended(let end) = second else {
            Issue.record("it is \(second)")
            return
        }
        #expect(end.isSnapshot)
    }

    @Test("a library that changes between two stretches is walked anew")
    func changed() async throws {
        let world = try world()
        let first = try await world.withSession { try await $0.list(from: nil, while: { false }) { _ in } }
        guard case .paused(let place) = first else {
            Issue.record("it is \(first)")
            return
        }
        world.library.add(Samples.video(46, daysAgo: 0))
        var seen: Set<VaultPath> = []
        let second = try await world.withSession { session in
            try await session.list(from: place, while: { true }) { seen.insert($0.path) }
        }
        #expect(seen.count == 46)
        guard case .ended(let end) = second else {
            Issue.record("it is \(second)")
            return
        }
        #expect(end.isSnapshot)
    }
}
