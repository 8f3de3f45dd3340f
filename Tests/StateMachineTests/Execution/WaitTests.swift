import Testing

@testable import StateMachine

@Suite("A Wait state")
struct WaitTests {
    private func wait(_ field: String, _ input: JSONValue = [:]) async throws -> (ExecutionResult, [Duration]) {
        let clock = InstantClock("2026-01-01T00:00:00Z")
        let result = try await TestMachine(clock: clock).run(
            states: #"{"A": {"Type": "Wait", \#(field), "End": true}}"#,
            input: input
        )
        return (result, clock.sleeps)
    }

    @Test(
        "waits as long as it says",
        arguments: [
            (#""Seconds": 3"#, [.seconds(3)]), (#""Seconds": 0"#, []), (#""SecondsPath": "$.s""#, [.seconds(7)]),
            (#""Timestamp": "2026-01-01T00:01:00.5Z""#, [.milliseconds(60_500)]),
            (#""Timestamp": "2020-01-01T00:00:00Z""#, []), (#""TimestampPath": "$.t""#, [.seconds(3600)]),
            (#""InputPath": "$.in", "SecondsPath": "$.s""#, [.seconds(2)]),
        ] as [(String, [Duration])]
    )
    func durations(field: String, sleeps: [Duration]) async throws {
        let (result, slept) = try await wait(field, ["s": 7, "t": "2026-01-01T02:00:00+01:00", "in": ["s": 2]])
        #expect(result.status == .succeeded)
        #expect(slept == sleeps)
    }

    @Test(
        "fails under States.Runtime when the data say nothing usable",
        arguments: [-1, 1.5, "2016-12-05 21:29:29Z", "2100-01-01T00:00:00Z", .null] as [JSONValue]
    )
    func failures(value: JSONValue) async throws {
        #expect(try await wait(#""SecondsPath": "$.v""#, ["v": value]).0.error == "States.Runtime")
        #expect(try await wait(#""TimestampPath": "$.v""#, ["v": value]).0.error == "States.Runtime")
        #expect(try await wait(#""TimestampPath": "$.missing""#).0.error == "States.Runtime")
    }
}
