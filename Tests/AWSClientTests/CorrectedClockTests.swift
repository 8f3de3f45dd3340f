import Testing

import struct FoundationEssentials.Date

@testable import AWSClient

@Suite("The time as the services see it")
struct CorrectedClockTests {
    @Test("is ours until they say by how much it is off")
    func corrects() {
        let clock = CorrectedClock { Date(timeIntervalSince1970: 1000) }
        #expect(clock.date == Date(timeIntervalSince1970: 1000))
        clock.correct(by: .seconds(-400))
        #expect(clock.date == Date(timeIntervalSince1970: 600))
        clock.correct(by: .seconds(5))
        #expect(clock.date == Date(timeIntervalSince1970: 1005))
    }
}
