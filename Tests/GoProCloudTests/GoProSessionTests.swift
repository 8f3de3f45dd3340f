import Simulators
import SyncCore
import TestSupport
import Testing

@testable import GoProCloud

@Suite("the open library: listing and bodies")
struct GoProSessionTests {
    private static let clip = Samples.id(1)

    private func onlyFile(_ world: GoProWorld, _ session: any VaultSession) async throws -> Entry {
        let files = try await session.files(ofMedium: Self.clip).files
        return try #require(files.first)
    }

    private func expected(_ world: GoProWorld) throws -> (digest: String, size: Int64) {
        let file = try #require(world.library.account().first)
        return (file.content.digest(0..<file.size), file.size)
    }

    /// Reads the only body while something is wrong.
    private func read(size: Int64 = 300_000, _ prepare: (GoProWorld) -> Void) async throws -> GoProWorld {
        let world = try GoProWorld([Samples.video(1, chapters: [size])])
        try await world.withSession { session in
            let entry = try await onlyFile(world, session)
            prepare(world)
            let found = try await session.digest(of: entry)
            #expect(try found == expected(world))
        }
        #expect(world.simulator.counters.leakedCredentials == 0)
        #expect(world.simulator.counters.writes == 0)
        return world
    }

    private func failure(size: Int64 = 300_000, _ prepare: (GoProWorld) -> Void) async throws -> SyncError? {
        let world = try GoProWorld([Samples.video(1, chapters: [size])])
        return try await world.withSession { session in
            let entry = try await onlyFile(world, session)
            prepare(world)
            return await #expect(throws: SyncError.self) { try await session.digest(of: entry) }
        }
    }

    @Test("a library is listed to its end; what is not ready is named as unchanged, and counted")
    func lists() async throws {
        var media = (1...120).map { Samples.video($0) }
        media[3].readiness = "transcoding"
        media[4].isSizeKnown = false
        media[5].writesNumbersAsText = true
        let world = try GoProWorld(media)
        try await world.withSession { session in
            let (entries, end) = try await session.entries()
            #expect(entries.count == 120)
            #expect(entries.count { $0.kind == .group } == 119)
            #expect(end.isSnapshot)
            #expect(end.notReady == 1)
        }
        #expect(world.simulator.counters.pages == 3)
    }

    @Test("an incremental listing stops at what is known, and comes back to what was not ready")
    func incremental() async throws {
        var media = (1...300).map { Samples.video($0, daysAgo: Int64($0)) }
        media[250].readiness = "uploading"
        media[260].readiness = "uploading"
        let world = try GoProWorld(media)
        let cursor = try await world.withSession { try await $0.entries().end.cursor }
        world.library.add(Samples.video(900, daysAgo: 0))
        world.library.change(Samples.id(251)) { $0.readiness = "ready" }
        let pages = world.simulator.counters.pages
        try await world.withSession(since: cursor) { session in
            let (entries, end) = try await session.entries()
            let groups = entries.filter { $0.kind == .group }.map { String($0.path.rawValue.suffix(13)) }
            // The newest known one lies within the overlap.
            #expect(Set(groups) == [Samples.id(900), Samples.id(1), Samples.id(251)])
            #expect(!end.isSnapshot)
            #expect(end.notReady == 1)
        }
        #expect(world.simulator.counters.pages - pages == 2)
        #expect(world.simulator.counters.rows == 2)
    }

    @Test("after a week everything is walked again")
    func weekly() async throws {
        let world = try GoProWorld((1...120).map { Samples.video($0, daysAgo: Int64($0)) })
        let cursor = try await world.withSession { try await $0.entries().end.cursor }
        world.clock.advance(by: .seconds(7 * 86_400))
        let end = try await world.withSession(since: cursor) { try await $0.entries().end }
        #expect(end.isSnapshot)
    }

    @Test("an upload dated in the future hides nothing")
    func future() async throws {
        var odd = Samples.video(1, daysAgo: -4000)
        odd.captured = nil
        let world = try GoProWorld([odd] + (2...60).map { Samples.video($0, daysAgo: Int64($0)) })
        let cursor = try await world.withSession { try await $0.entries().end.cursor }
        world.library.add(Samples.video(900, daysAgo: 0))
        let entries = try await world.withSession(since: cursor) { try await $0.entries().entries }
        #expect(entries.contains { $0.kind == .group && $0.path.rawValue.hasSuffix(Samples.id(900)) })
    }

    @Test("short pages and pages with errors are asked for again")
    func shortPages() async throws {
        let world = try GoProWorld((1...120).map { Samples.video($0) })
        world.simulator.inject(.shortPage, times: 3)
        world.simulator.inject(.pageErrors)
        let (entries, end) = try await world.withSession { try await $0.entries() }
        #expect(end.isSnapshot)
        #expect(Set(entries.map(\.path)).count == 120)
    }

    @Test("a page that stays short fails the listing")
    func staysShort() async throws {
        let world = try GoProWorld((1...120).map { Samples.video($0) })
        world.simulator.inject(.shortPage, times: nil)
        let error = await #expect(throws: SyncError.self) { try await world.withSession { try await $0.entries() } }
        #expect(error?.name == .sourceUnavailable)
    }

    @Test("uploads during a walk make it begin anew; where they never stop nothing is called complete")
    func moving() async throws {
        let world = try GoProWorld((1...120).map { Samples.video($0) })
        world.simulator.inject(.uploadDuringWalk, times: 2)
        let (entries, end) = try await world.withSession { try await $0.entries() }
        #expect(end.isSnapshot)
        #expect(Set(entries.map(\.path)).count == 122)
        world.simulator.inject(.uploadDuringWalk, times: nil)
        let restless = try await world.withSession { try await $0.entries().end }
        #expect(!restless.isSnapshot)
        #expect(try ListingCursor(restless.cursor).until == nil)
    }

    @Test("a count that is larger than what is there is never a complete listing")
    func countTooLarge() async throws {
        let world = try GoProWorld((1...20).map { Samples.video($0) })
        world.simulator.inject(.countTooLarge, times: nil)
        let error = await #expect(throws: SyncError.self) { try await world.withSession { try await $0.entries() } }
        #expect(error?.name == .sourceUnavailable)
    }

    @Test("the service's own page size is believed")
    func pageSize() async throws {
        let world = try GoProWorld((1...100).map { Samples.video($0) }, largestPage: 30)
        let end = try await world.withSession { try await $0.entries().end }
        #expect(end.isSnapshot)
        #expect(world.simulator.counters.pages == 4)
    }

    @Test("single media are asked for at most twice a second")
    func pace() async throws {
        var world = try GoProWorld((1...6).map { Samples.video($0) })
        world.configuration.resolvesPerSecond = 2
        try await world.withSession { session in
            for group in try await session.entries().entries { _ = try await session.files(of: group) }
        }
        let times = world.simulator.counters.manifestTimes
        #expect(times.count == 6)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 0.5 })
    }

    @Test("a medium that does not offer everything yet is looked at again; sidecars come where they are wanted")
    func incomplete() async throws {
        var world = try GoProWorld([Samples.video(1, chapters: [10, 20, 30])])
        world.library.change(Self.clip) { medium in
            for index in medium.files.indices where medium.files[index].item == 2 {
                medium.files[index].isAvailable = false
            }
        }
        try await world.withSession { session in
            let found = try await session.files(ofMedium: Self.clip)
            #expect(!found.isComplete)
            #expect(found.files.count == 2)
            #expect(found.files.allSatisfy { $0.size == nil })
        }
        world.library.change(Self.clip) { medium in
            for index in medium.files.indices { medium.files[index].isAvailable = true }
        }
        world.configuration.takesSidecars = true
        try await world.withSession { session in
            let found = try await session.files(ofMedium: Self.clip)
            #expect(found.isComplete)
            #expect(found.files.count == 4)
        }
    }

    @Test(
        "a medium that cannot be resolved costs itself alone, however many there are in a row",
        arguments: [GoProFault.manifestBroken, .manifestMalformed]
    )
    func unresolvable(fault: GoProFault) async throws {
        let world = try GoProWorld((1...5).map { Samples.video($0) })
        for number in 1...4 { world.simulator.inject(fault, medium: Samples.id(number), times: nil) }
        try await world.withSession { session in
            for group in try await session.entries().entries {
                let isGood = group.path.rawValue.hasSuffix(Samples.id(5))
                if isGood {
                    #expect(try await session.files(of: group).files.count == 1)
                } else {
                    let error = await #expect(throws: SyncError.self) { try await session.files(of: group) }
                    #expect(error?.name == .fileUnavailable)
                }
            }
        }
    }

    @Test("where the cheap check fails as well, the service is unavailable")
    func unavailable() async throws {
        let world = try GoProWorld((1...5).map { Samples.video($0) })
        try await world.withSession { session in
            let groups = try await session.entries().entries
            world.simulator.inject(.unavailable, times: nil)
            let error = await #expect(throws: SyncError.self) { try await session.files(of: groups[0]) }
            #expect(error?.name == .sourceUnavailable)
            world.simulator.removeFaults()
        }
    }

    @Test("a body comes whole; the same request tells where the chapters are")
    func plain() async throws {
        let world = try await read { _ in }
        #expect(world.simulator.counters.manifests == 1)
        #expect(world.simulator.counters.heads == 1)
        #expect(world.simulator.counters.bodies == 1)
    }

    @Test("a body goes on where it broke")
    func broken() async throws {
        let world = try await read { $0.simulator.inject(.bodyCut, times: 3) }
        #expect(world.simulator.counters.bodies == 4)
    }

    @Test("a host in trouble is asked again")
    func trouble() async throws {
        _ = try await read { $0.simulator.inject(.mediaUnavailable, times: 2) }
        let error = try await failure { $0.simulator.inject(.mediaUnavailable, times: nil) }
        #expect(error?.name == .sourceUnavailable)
    }

    @Test("a host that is in trouble in the middle of a body is asked again")
    func troubleInBody() async throws {
        _ = try await read { world in
            let pieces = Counter()
            world.http.beforeEachPiece { if pieces.next() == 1 { world.simulator.inject(.mediaUnavailable, times: 3) } }
            world.simulator.inject(.bodyCut)
        }
        let error = try await failure { world in
            world.http.beforeEachPiece { world.simulator.inject(.mediaUnavailable, times: nil) }
            world.simulator.inject(.bodyCut)
        }
        #expect(error?.name == .sourceUnavailable)
    }

    @Test("a refused address is got anew once, and not again and again")
    func refusedAddress() async throws {
        let world = try await read { $0.simulator.inject(.addressRefused) }
        #expect(world.simulator.counters.manifests == 2)
        let error = try await failure { $0.simulator.inject(.addressRefused, times: nil) }
        #expect(error?.name == .fileUnavailable)
        #expect(error?.message.contains("the address was refused") == true)
    }

    @Test(
        "what an address says is gone is asked for under a new one; the medium is not gone for that",
        arguments: [GoProFault.mediaGone, .mediaMissing]
    )
    func goneAddress(fault: GoProFault) async throws {
        let world = try await read { $0.simulator.inject(fault) }
        #expect(world.simulator.counters.manifests == 2)
        let atOnce = try await failure { $0.simulator.inject(fault, times: nil) }
        #expect(atOnce?.name == .fileUnavailable)
        let inBody = try await failure { world in
            world.http.beforeEachPiece { world.simulator.inject(fault, times: nil) }
            world.simulator.inject(.bodyCut)
        }
        #expect(inBody?.name == .fileUnavailable)
    }

    @Test("an address that is refused in the middle of a body is got anew once")
    func refusedInBody() async throws {
        let world = try await read { world in
            let pieces = Counter()
            world.http.beforeEachPiece { if pieces.next() == 1 { world.simulator.inject(.addressRefused) } }
            world.simulator.inject(.bodyCut)
        }
        #expect(world.simulator.counters.manifests == 2)
        let error = try await failure { world in
            world.http.beforeEachPiece { world.simulator.inject(.addressRefused, times: nil) }
            world.simulator.inject(.bodyCut)
        }
        #expect(error?.name == .fileUnavailable)
    }

    @Test("addresses that expire while a body is read are got anew in time, and never used after they have expired")
    func expiry() async throws {
        let size: Int64 = 8 << 20
        let world = try GoProWorld([Samples.video(1, chapters: [size])], addressLifetime: 300)
        let clock = world.clock
        world.http.beforeEachPiece { clock.advance(by: .seconds(5)) }
        try await world.withSession { session in
            let entry = try await onlyFile(world, session)
            try await session.withContent(of: entry) { content in
                let ranges = try #require(content.ranges)
                #expect(ranges.size == size)
                var digests: [String] = []
                for start in stride(from: 0, to: size, by: 1 << 20) {
                    let part = try await ranges.withRange(start..<(start + 1 << 20)) { try await digest(of: $0) }
                    #expect(part.size == 1 << 20)
                    digests.append(part.digest)
                }
                let file = try #require(world.library.account().first)
                let expected = stride(from: 0, to: size, by: 1 << 20).map { file.content.digest($0..<($0 + 1 << 20)) }
                #expect(digests == expected)
            }
        }
        #expect(world.simulator.counters.manifests > 2)
        #expect(world.simulator.counters.expiredAddresses == 0)
    }

    @Test("an address that expires although nobody said so is got anew after the refusal")
    func lateExpiry() async throws {
        let world = try GoProWorld([Samples.video(1, chapters: [1 << 20])], addressLifetime: 300)
        let clock = world.clock
        try await world.withSession { session in
            let entry = try await onlyFile(world, session)
            try await session.withContent(of: entry) { content in
                // The connection breaks in the middle, and by then the address is dead.
                world.simulator.inject(.bodyCut)
                world.http.beforeEachPiece { clock.advance(by: .seconds(100)) }
                let found = try await digest(of: content.stream)
                #expect(try found == expected(world))
            }
        }
        #expect(world.simulator.counters.bodies >= 2)
    }

    @Test("several ranges are read at once")
    func atOnce() async throws {
        let size: Int64 = 5 << 20
        let world = try GoProWorld([Samples.video(1, chapters: [size])])
        try await world.withSession { session in
            #expect(session.concurrentFetches == 5)
            let entry = try await onlyFile(world, session)
            try await session.withContent(of: entry) { content in
                let ranges = try #require(content.ranges)
                #expect(ranges.validator.hasSuffix("/\(size)"))
                let sizes = try await withThrowingTaskGroup(of: Int64.self) { group in
                    for start in stride(from: 0, to: size, by: 1 << 20) {
                        group.addTask {
                            try await ranges.withRange(start..<(start + 1 << 20)) { try await digest(of: $0).size }
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(sizes == size)
            }
        }
        #expect(world.simulator.counters.manifests == 1)
    }

    @Test("content that changes is not mixed: the body starts over")
    func changes() async throws {
        let error = try await failure { world in
            world.http.beforeEachPiece {
                // After the first piece: the rest comes from something else.
                world.http.beforeEachPiece(nil)
                world.simulator.inject(.contentChanges)
            }
            world.simulator.inject(.bodyCut)
        }
        #expect(error?.name == .sourceUnavailable)
        #expect(error?.detail == .contentChanged)
    }

    @Test("a host that gives the whole instead of the rest is read past what is there already")
    func rangeIgnored() async throws {
        _ = try await read { world in
            world.http.beforeEachPiece {
                world.http.beforeEachPiece(nil)
                world.simulator.inject(.rangeIgnored)
            }
            world.simulator.inject(.bodyCut)
        }
    }

    @Test("a length that the listing, HEAD and the body do not agree on fails the file")
    func length() async throws {
        let listed = try await failure { $0.simulator.inject(.lengthWrong) }
        #expect(listed?.name == .corruptContent)
    }

    @Test("a host that is none of the service's gets no request")
    func foreignHost() async throws {
        let world = try GoProWorld([Samples.video(1)])
        world.simulator.inject(.foreignHost, times: nil)
        try await world.withSession { session in
            let entry = try await onlyFile(world, session)
            let error = await #expect(throws: SyncError.self) { try await session.digest(of: entry) }
            #expect(error?.name == .protocolChanged)
        }
        #expect(!world.http.askedURLs.contains { $0.hasPrefix("https://media.example") })
    }

    @Test("the media host's request for quiet is passed on")
    func mediaThrottled() async throws {
        let error = try await failure { $0.simulator.inject(.mediaThrottled, times: nil) }
        #expect(error?.name == .throttled)
    }

    @Test("a medium that is gone is gone; a handle of somebody else is refused")
    func gone() async throws {
        let world = try GoProWorld([Samples.video(1)])
        try await world.withSession { session in
            let group = try #require(try await session.entries().entries.first)
            world.library.delete(Self.clip)
            let found = try await session.files(of: group)
            #expect(found.files.map(\.path.rawValue) == ["\(group.path.rawValue)/GX010639.MP4"])
            let entry = try #require(found.files.first)
            let error = await #expect(throws: SyncError.self) { try await session.digest(of: entry) }
            #expect(error?.name == .sourceGone)
            var foreign = entry
            foreign.handle = "12545"
            let refused = await #expect(throws: SyncError.self) { try await session.digest(of: foreign) }
            #expect(refused?.name == .corruptContent)
        }
    }

    @Test("an empty original is a file too")
    func empty() async throws {
        _ = try await read(size: 0) { _ in }
    }
}
