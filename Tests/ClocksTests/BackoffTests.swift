import Clocks
import Testing

@Suite("Waits that grow")
struct BackoffTests {
    @Test("double from attempt to attempt, up to a limit")
    func doubling() {
        let backoff = Backoff(first: .seconds(2), longest: .seconds(20))
        #expect((1...6).map { backoff.wait(after: $0) } == [2, 4, 8, 16, 20, 20].map(Duration.seconds))
        #expect(backoff.wait(after: .max) == .seconds(20))
        #expect(backoff.wait(after: 0) == .seconds(2))
    }

    @Test("end somewhere without a limit too")
    func unlimited() {
        let backoff = Backoff(first: .milliseconds(1))
        #expect(backoff.wait(after: 21) == .milliseconds(1 << 20))
        #expect(backoff.wait(after: .max) == .milliseconds(1 << 20))
    }

    @Test("are waited in part")
    func parts() {
        let backoff = Backoff(first: .seconds(1), longest: .seconds(3))
        #expect(backoff.wait(after: 2, part: 0) == .zero)
        #expect(backoff.wait(after: 2, part: 0.25) == .milliseconds(500))
        #expect(backoff.wait(after: 3, part: 0.5) == .milliseconds(1500))
    }
}
