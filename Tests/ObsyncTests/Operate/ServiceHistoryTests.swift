import StateMachine
import Testing

@testable import obsync

@Suite("histories of Step Functions")
struct ServiceHistoryTests {
    private func events(_ text: String) throws -> [HistoryEvent] {
        var reader = ServiceHistory()
        return (try JSONValue(parsing: text).array ?? []).compactMap { reader.event($0) }
    }

    @Test("events say which item of a Map they belong to, by what led to them")
    func lines() throws {
        let events = try events(
            """
            [{"id":1,"previousEventId":0,"type":"MapStateEntered","timestamp":1.5,"stateEnteredEventDetails":{"name":"Download","input":"{\\"a\\":1}"}},
             {"id":2,"previousEventId":1,"type":"MapStateStarted","timestamp":2,"mapStateStartedEventDetails":{"length":2}},
             {"id":3,"previousEventId":2,"type":"MapIterationStarted","timestamp":2,"mapIterationStartedEventDetails":{"name":"Download","index":0}},
             {"id":4,"previousEventId":2,"type":"MapIterationStarted","timestamp":2,"mapIterationStartedEventDetails":{"name":"Download","index":1}},
             {"id":5,"previousEventId":4,"type":"TaskStateEntered","timestamp":"2026-11-30T10:00:00.250Z","stateEnteredEventDetails":{"name":"DownloadBatch"}},
             {"id":6,"previousEventId":5,"type":"MapIterationSucceeded","timestamp":3,"mapIterationSucceededEventDetails":{"index":1}},
             {"id":7,"previousEventId":6,"type":"MapStateSucceeded","timestamp":3},
             {"id":8,"previousEventId":7,"type":"MapStateExited","timestamp":3,"stateExitedEventDetails":{"name":"Download"}}, 7, {"id":9}]
            """
        )
        #expect(events.map(\.line) == [[], [], [0], [1], [1], [1], [], []])
        #expect(events[0].details.name == "Download" && events[0].details.input == .object(["a": 1]))
        #expect(events[0].timestamp.description == "1970-01-01T00:00:01.500Z")
        #expect(events[4].timestamp.description == "2026-11-30T10:00:00.250Z")
        #expect(events[1].details.length == 2)
    }
}
