import Testing

@testable import StateMachine

@Suite("An execution")
struct InterpreterTests {
    private let endless =
        #"{"StartAt": "A", "TimeoutSeconds": 30, "States": {"A": {"Type": "Wait", "Seconds": 1000, "End": true}}}"#

    @Test("tells what happens in events that are numbered and linked as the service does it")
    func history() async throws {
        let machine = TestMachine { _, event in event }
        let states = #"""
            {"A": {"Type": "Pass", "Next": "M"},
             "M": {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": {"StartAt": "T", "States": {
               "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "Payload": 1}, "OutputPath": "$.Payload", "End": true}}}, "Next": "C"},
             "C": {"Type": "Choice", "Choices": [{"Variable": "$[0]", "IsNumeric": true, "Next": "W"}]},
             "W": {"Type": "Wait", "Seconds": 1, "Next": "S"}, "S": {"Type": "Succeed"}}
            """#
        _ = try await machine.run(states: states, input: [1, 2])
        let lines = machine.events.map { "\($0.id)<-\($0.previousEventID) \($0.type) \($0.details.name ?? "")".trimmed }
        #expect(
            lines == [
                "1<-0 ExecutionStarted", "2<-0 PassStateEntered A", "3<-2 PassStateExited A", "4<-3 MapStateEntered M",
                "5<-4 MapStateStarted M", "6<-5 MapIterationStarted M",
                "7<-6 TaskStateEntered T", "8<-7 TaskScheduled", "9<-8 TaskStarted", "10<-9 TaskSucceeded",
                "11<-10 TaskStateExited T", "12<-11 MapIterationSucceeded M",
                "13<-5 MapIterationStarted M", "14<-13 TaskStateEntered T", "15<-14 TaskScheduled",
                "16<-15 TaskStarted", "17<-16 TaskSucceeded", "18<-17 TaskStateExited T",
                "19<-18 MapIterationSucceeded M", "20<-19 MapStateSucceeded M", "21<-20 MapStateExited M",
                "22<-21 ChoiceStateEntered C", "23<-22 ChoiceStateExited C",
                "24<-23 WaitStateEntered W", "25<-24 WaitStateExited W", "26<-25 SucceedStateEntered S",
                "27<-26 SucceedStateExited S", "28<-27 ExecutionSucceeded",
            ]
        )
        #expect(machine.events[4].details.length == 2)
        #expect(machine.events[5].details.index == 0)
        #expect(machine.events[7].details.resource == "arn:aws:states:::lambda:invoke")
        #expect(machine.events[7].details.input == ["FunctionName": "f", "Payload": 1])
        #expect(machine.events[24].timestamp > machine.events[23].timestamp)
    }

    @Test("tells why it failed, without leaving the Fail state")
    func failure() async throws {
        let machine = TestMachine()
        _ = try await machine.run(states: #"{"A": {"Type": "Fail", "Error": "E", "Cause": "C"}}"#)
        #expect(machine.types == ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"])
        #expect(machine.events.last?.details.error == "E")
        #expect(machine.events.last?.details.cause == "C")
    }

    @Test("has at most 25,000 events, the last of which tells that it failed")
    func eventLimit() async throws {
        let machine = TestMachine()
        let result = try await machine.run(
            states: #"{"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}"#
        )
        #expect(result.status == .failed)
        #expect(result.error == "States.Runtime")
        #expect(machine.events.count == 25_000)
        #expect(machine.events.last?.id == 25_000)
        #expect(machine.events.last?.type == .executionFailed)
    }

    @Test("is timed out when it takes longer than the machine allows")
    func timeout() async throws {
        let clock = ManualClock()
        let machine = TestMachine(clock: clock)
        async let result = machine.run(endless)
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(30))
        #expect(try await result.status == .timedOut)
        #expect(machine.types == ["ExecutionStarted", "WaitStateEntered", "ExecutionTimedOut"])
    }

    @Test("is aborted when the surrounding task is cancelled, whatever it is doing")
    func cancellation() async throws {
        let clock = ManualClock()
        let machine = TestMachine(clock: clock) { _, _ in
            try await clock.sleep(for: .seconds(100))
            return .null
        }
        let text = #"""
            {"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"]}], "ItemProcessor": {"StartAt": "T", "States": {
              "T": {"Type": "Task", "Resource": "arn:aws:lambda:r:a:function:f", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "U"}], "End": true}, "U": {"Type": "Succeed"}}}}}}
            """#
        let status = try await withThrowingTaskGroup(of: ExecutionResult?.self) { group in
            group.addTask { try await machine.run(text, input: [1, 2]) }
            await clock.waitForSleepers(2)
            group.cancelAll()
            return try await group.next()??.status
        }
        #expect(status == .aborted)
        #expect(machine.types.last == "ExecutionAborted")
        #expect(machine.types.filter { $0 == "MapIterationAborted" }.count == 2)
        #expect(!machine.types.contains("SucceedStateEntered"))
    }

    @Test("is aborted before it begins when the task is already cancelled")
    func earlyCancellation() async throws {
        let machine = TestMachine()
        let status = try await withThrowingTaskGroup(of: ExecutionResult.self) { group in
            group.cancelAll()
            group.addTask {
                try await machine.run(#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#)
            }
            return try await group.next()?.status
        }
        #expect(status == .aborted)
        #expect(machine.types == ["ExecutionStarted", "ExecutionAborted"])
    }

    @Test("hands events on one after another, in the order of their numbers, though branches run at once")
    func order() async throws {
        let (inside, overlaps) = (Counter(0), Counter(0))
        let recorder = EventRecorder(clock: InstantClock()) { _ in
            if inside.increment() > 1 { overlaps.increment() }
            await Task.yield()
            inside.decrement()
        }
        let ids = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask { try await recorder.record([NewEvent(type: .taskStarted)], of: [], after: 0) }
            }
            var ids: [Int] = []
            for try await id in group { ids.append(id) }
            return ids
        }
        #expect(ids.sorted() == Array(1...100))
        #expect(overlaps.value == 0)
    }
}

extension String {
    fileprivate var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
