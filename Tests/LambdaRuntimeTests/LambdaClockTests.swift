import Logging
import Testing

@testable import LambdaRuntime

@Suite("Lambda clock")
struct LambdaClockTests {
    private func instant(_ value: Int64) -> LambdaClock.Instant {
        LambdaClock.Instant(millisecondsSinceEpoch: value)
    }

    @Test("an instant moves by whole milliseconds, in both directions")
    func advance() {
        #expect(instant(1000).advanced(by: .milliseconds(1500)) == instant(2500))
        #expect(instant(1000).advanced(by: .milliseconds(-1)) == instant(999))
        #expect(instant(1000).advanced(by: .microseconds(999)) == instant(1000))
    }

    @Test("the distance of two instants is signed")
    func distance() {
        #expect(instant(10).duration(to: instant(30)) == .milliseconds(20))
        #expect(instant(30).duration(to: instant(10)) == .milliseconds(-20))
    }

    @Test("durations beyond the range stop at its ends")
    func saturation() {
        #expect(instant(5).advanced(by: .seconds(Int64.max)) == instant(.max))
        #expect(instant(-5).advanced(by: .seconds(Int64.min)) == instant(.min))
    }

    @Test("the remaining time of a context is that to its deadline")
    func remaining() {
        let context = LambdaContext(
            requestID: "r",
            invokedFunctionARN: "",
            deadline: LambdaClock().now.advanced(by: .seconds(60)),
            logger: .init(label: "test")
        )
        #expect(context.getRemainingTime() > .seconds(30))
        #expect(context.getRemainingTime() <= .seconds(60))
    }
}
