import Testing

@testable import Downloading
@testable import SyncCore

@Suite("How long one more part takes")
struct LineSpeedTests {
    private let line = LineSpeed()

    @Test("nothing is known before a part came in")
    func unknown() {
        #expect(line.time(forOneMore: 100) == nil)
        line.begin()
        line.end(nil, after: .seconds(5))
        #expect(!line.isKnown)
    }

    @Test("a part that came in alone tells what each of several may take")
    func shared() {
        line.begin()
        line.end(100, after: .seconds(10))
        #expect(line.isKnown)
        #expect(line.time(forOneMore: 100) == .seconds(10))
        #expect(line.time(forOneMore: 250) == .seconds(25))
        line.begin()
        line.begin()
        #expect(line.time(forOneMore: 100) == .seconds(30))
    }

    @Test("a short part after a long one tells nothing of long ones")
    func short() {
        line.begin()
        line.end(1000, after: .seconds(10))
        line.begin()
        line.end(10, after: .seconds(2))
        #expect(line.time(forOneMore: 1000) == .seconds(10))
        #expect(line.time(forOneMore: 10) == .seconds(10))
    }

    @Test("what came in beside others is not taken to be faster alone")
    func beside() {
        for _ in 1...4 { line.begin() }
        line.end(100, after: .seconds(40))
        #expect(line.time(forOneMore: 100) == .seconds(40))
        for _ in 1...3 { line.end(nil, after: .zero) }
        #expect(line.time(forOneMore: 100) == .seconds(40))
    }
}
