import Clocks
import SyncCore
import Testing

@testable import ObsidianSync

@Suite("The wait before the next socket")
struct ReconnectBackoffTests {
    private static func waits(_ count: Int, random: Double) -> [Duration] {
        let backoff = ReconnectBackoff(random: { random })
        return (0..<count).map { _ in backoff.broke(openedAt: backoff.count) }
    }

    @Test("it is nothing at first, then 5 s, doubled up to 5 minutes")
    func growth() {
        let longest = Self.waits(10, random: 0.999_999_999)
        let seconds = longest.map { Double($0.wholeMilliseconds) / 1000 }
        #expect(seconds.map { $0.rounded() } == [0, 5, 10, 20, 40, 80, 160, 300, 300, 300])
    }

    @Test("chance takes up to half of it")
    func chance() {
        #expect(Self.waits(4, random: 0) == [.zero, .seconds(2.5), .seconds(5), .seconds(10)])
    }

    @Test("a thousand breaks in a row overflow nothing")
    func many() {
        #expect(Self.waits(1000, random: 0).last == .seconds(150))
    }

    @Test("sockets that break together count once, and what arrives whole starts anew")
    func together() {
        let backoff = ReconnectBackoff(random: { 0 })
        #expect(backoff.broke(openedAt: 0) == .zero)
        #expect(backoff.broke(openedAt: 0) == .zero)
        #expect(backoff.broke(openedAt: 1) == .seconds(2.5))
        #expect(backoff.broke(openedAt: 0) == .seconds(2.5))
        backoff.succeeded()
        #expect(backoff.broke(openedAt: 0) == .zero)
    }
}
