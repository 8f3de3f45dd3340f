import Clocks
import TestSupport
import Testing

@testable import Downloading

@Suite("The time that one call has")
struct TransferTimeTests {
    private let clock = ManualClock()

    private func time(cutsOff: Bool, isStopping: Bool = false) -> TransferTime {
        let deadline = clock.now.advanced(by: .seconds(60))
        let end = clock.now.advanced(by: .seconds(90))
        return TransferTime(
            clock: clock,
            deadline: deadline,
            cutOff: cutsOff ? CutOff(deadline: deadline, end: end) : nil,
            isStopping: { isStopping }
        )
    }

    @Test("something begins where it is done before parts are given up")
    func allows() {
        #expect(time(cutsOff: true).allows(.seconds(80)))
        #expect(!time(cutsOff: true).allows(.seconds(81)))
        #expect(time(cutsOff: false).allows(.seconds(1000)))
    }

    @Test("nothing begins after the deadline, or when the process is asked to end")
    func late() {
        #expect(time(cutsOff: false, isStopping: true).isLate)
        let time = time(cutsOff: true)
        #expect(!time.isLate)
        clock.advance(by: .seconds(60))
        #expect(time.isLate)
        #expect(!time.allows(.zero))
        #expect(!time.isCutOff)
        clock.advance(by: .seconds(20))
        #expect(time.isCutOff)
    }
}
