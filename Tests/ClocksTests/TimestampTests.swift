import Clocks
import FoundationEssentials
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test("a timestamp is whole milliseconds, also before 1970")
    func arithmetic() throws {
        let moment = Timestamp(milliseconds: 1_795_235_400_999)
        #expect(moment.iso8601 == "2026-11-21T04:30:00Z")
        #expect(moment.advanced(by: .milliseconds(-1)).milliseconds == 1_795_235_400_998)
        #expect(moment.advanced(by: .microseconds(1999)).milliseconds == 1_795_235_401_000)
        #expect(moment.duration(to: moment.advanced(by: .seconds(90))) == .seconds(90))
        #expect(Timestamp(milliseconds: -1) < Timestamp(milliseconds: 0))
        #expect(String(decoding: try JSONEncoder().encode([Timestamp(milliseconds: -5)]), as: UTF8.self) == "[-5]")
    }
}
