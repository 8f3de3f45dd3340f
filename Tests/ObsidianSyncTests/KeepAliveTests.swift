import NIOCore
import Testing

@testable import ObsidianSync

@Suite("Keeping a socket alive")
struct KeepAliveTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test("a socket that was heard of lately is left alone, a silent one is asked, and a dead one given up")
    func ages() {
        var alive = KeepAlive(now: start)
        #expect(alive.check(at: start + .seconds(10), isListening: true) == .nothing)
        #expect(alive.check(at: start + .seconds(11), isListening: true) == .ping)
        #expect(alive.check(at: start + .seconds(120), isListening: true) == .ping)
        #expect(alive.check(at: start + .seconds(121), isListening: true) == .giveUp)
    }

    @Test("whatever comes in begins the count anew")
    func heard() {
        var alive = KeepAlive(now: start)
        alive.heard(at: start + .seconds(100))
        #expect(alive.check(at: start + .seconds(130), isListening: true) == .ping)
        #expect(alive.check(at: start + .seconds(221), isListening: true) == .giveUp)
    }

    @Test("while a reader is slow, silence means nothing")
    func slow() {
        var alive = KeepAlive(now: start)
        #expect(alive.check(at: start + .seconds(500), isListening: false) == .ping)
        #expect(alive.check(at: start + .seconds(600), isListening: true) == .ping)
        #expect(alive.check(at: start + .seconds(621), isListening: true) == .giveUp)
    }
}
