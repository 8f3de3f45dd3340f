import Clocks
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import GoProCloud

@Suite("media hosts that are not as they should be")
struct MediaHostTests {
    private static let clip = Samples.id(1)

    /// Reads the only body of a library while something is wrong.
    private func read(
        size: Int64 = 300_000,
        listed: Int64? = nil,
        _ prepare: (GoProWorld) -> Void = { _ in }
    ) async throws -> (world: GoProWorld, content: FileContent) {
        var medium = Samples.video(1, chapters: [size])
        medium.listedSize = listed
        let world = try GoProWorld([medium])
        return try await world.withSession { session in
            let entry = try #require(try await session.files(ofMedium: Self.clip).files.first)
            prepare(world)
            let content = try await session.withContent(of: entry) { content in
                if size < 1 << 30 {
                    let file = try #require(world.library.account().first)
                    let found = try await digest(of: content.stream)
                    #expect(found == (file.content.digest(0..<size), size))
                }
                return content
            }
            #expect(world.simulator.counters.leakedCredentials == 0)
            return (world, content)
        }
    }

    private func failure(
        size: Int64 = 300_000,
        listed: Int64? = nil,
        _ prepare: (GoProWorld) -> Void
    ) async throws -> SyncError? {
        await #expect(throws: SyncError.self) { try await read(size: size, listed: listed, prepare) }
    }

    @Test(
        "where the host states one length twice, it is right and the listing is not",
        arguments: [(1_000_000, 1_003_245), (300_000, 10), (5_000_000_000, 705_032_704)] as [(Int64, Int64)]
    )
    func anotherSize(served: Int64, listed: Int64) async throws {
        let (_, content) = try await read(size: served, listed: listed)
        #expect(content.size == served)
        #expect(content.correctsListing)
        #expect(content.ranges?.size == served)
    }

    @Test("a host that contradicts itself is not believed")
    func contradiction() async throws {
        let error = try await failure { $0.simulator.inject(.lengthWrong, times: nil) }
        #expect(error?.name == .corruptContent)
    }

    @Test("an empty file is no original, unless the listing says so itself")
    func empty() async throws {
        let error = try await failure { $0.simulator.inject(.mediaEmpty, times: nil) }
        #expect(error?.name == .corruptContent)
        _ = try await read(size: 0, listed: 0)
    }

    @Test("one statement alone is not enough for much less than is listed, but for a little")
    func oneStatement() async throws {
        func prepare(_ world: GoProWorld) {
            world.simulator.inject(.headRefused, times: nil)
            world.simulator.inject(.noRanges, times: nil)
        }
        let error = try await failure(listed: 310_000, prepare)
        #expect(error?.name == .corruptContent)
        _ = try await read(listed: 301_000, prepare)
    }

    @Test("a host that takes no HEAD, or says no length with it, is asked for a first byte")
    func noHead() async throws {
        for fault in [GoProFault.headRefused, .lengthUnstated] {
            let (world, content) = try await read { $0.simulator.inject(fault, times: nil) }
            #expect(content.ranges != nil)
            #expect(world.simulator.counters.bodies == 2)
        }
    }

    @Test("a host without ranges gives one stream, which goes on where it broke")
    func noRanges() async throws {
        let (world, content) = try await read { world in
            world.simulator.inject(.noRanges, times: nil)
            world.simulator.inject(.headRefused, times: nil)
            world.simulator.inject(.bodyCut, skip: 1)
        }
        #expect(content.ranges == nil)
        #expect(world.simulator.counters.bodies == 3)
    }

    @Test("whether a large file comes in ranges is tried, whatever HEAD says")
    func rangesOfLargeFile() async throws {
        let (_, content) = try await read(size: 2 << 30) { $0.simulator.inject(.rangeIgnored) }
        #expect(content.ranges == nil)
    }

    @Test("redirects to hosts that may be connected to are followed, others are not")
    func redirects() async throws {
        _ = try await read { $0.simulator.inject(.mediaRedirected, times: 2) }
        let away = try await failure { $0.simulator.inject(.mediaRedirectedAway) }
        #expect(away?.name == .fileUnavailable)
        #expect(away?.message.contains("OBSYNC_ALLOW_HOSTS") == true)
    }

    @Test("a host that falls silent in a body is asked once more, and then the file is left for later")
    func stalls() async throws {
        _ = try await read { $0.simulator.inject(.bodyStalls) }
        let error = try await failure { $0.simulator.inject(.bodyStalls, times: nil) }
        #expect(error?.name == .fileUnavailable)
    }

    @Test("what one file's answer asks for holds for all requests to the host")
    func quiet() async throws {
        let world = try GoProWorld([Samples.video(1), Samples.video(2)])
        let clock = world.clock
        try await world.withSession { session in
            var entries: [Entry] = []
            for group in try await session.entries().entries { entries += try await session.files(of: group).files }
            world.simulator.inject(.mediaThrottledFor)
            let error = await #expect(throws: SyncError.self) { try await session.digest(of: entries[0]) }
            #expect(error?.retryAfter == .seconds(7))
            let before = clock.now
            _ = try await session.digest(of: entries[1])
            #expect(before.duration(to: clock.now) == .seconds(7))
        }
        #expect(world.simulator.counters.impatientRequests == 0)
    }

    @Test(
        "an address is taken apart and put together",
        arguments: [
            ("https://a.gopro.com/x?y", "https://a.gopro.com/x?y"), ("/b/c?d=e", "https://h:1/b/c?d=e"),
            ("//other/b", "https://other/b"), ("b", nil), ("", nil), ("ftp://a/b", nil),
        ] as [(String, String?)]
    )
    func resolving(location: String, expected: String?) {
        #expect(SignedAddress.resolving(location, from: "https://h:1/p/q?r=/s") == expected)
    }
}

@Suite("chapters without numbers")
struct UnnumberedChapterTests {
    private static let sizes: [Int64] = [1000, 2000, 3000]

    /// Three chapters in which only the order, or less, tells them apart.
    private func world(hasOpaqueAddresses: Bool) throws -> GoProWorld {
        var medium = Samples.video(1, chapters: Self.sizes)
        for index in medium.files.indices { medium.files[index].item = nil }
        return try GoProWorld([medium]) { $0.hasOpaqueAddresses = hasOpaqueAddresses }
    }

    @Test("each comes once and whole, in whatever order the service names them", arguments: [true, false])
    func order(hasOpaqueAddresses: Bool) async throws {
        let world = try world(hasOpaqueAddresses: hasOpaqueAddresses)
        let files = try await world.withSession { try await $0.files(ofMedium: Samples.id(1)).files }
        #expect(files.count == 3)
        world.simulator.inject(.manifestReversed, times: nil)
        let again = try await world.withSession { try await $0.files(ofMedium: Samples.id(1)).files }
        #expect(files.map(\.path) == again.map(\.path))
        var sizes: [VaultPath: [Int64]] = [:]
        for entry in files + again {
            // A session each, so that each is resolved anew.
            let found = try await world.withSession { try await $0.digest(of: entry) }
            sizes[entry.path, default: []].append(found.size)
        }
        #expect(sizes.values.allSatisfy { Set($0).count == 1 })
        #expect(sizes.values.compactMap(\.first).sorted() == Self.sizes)
    }
}
