import AWSSigning
import NIOHTTP1
import Simulators
import Testing

@Suite("What the S3 simulator does wrong")
struct S3FaultTests {
    private let put = S3TestRequest().body("hello")
    private let get = S3TestRequest(.GET)

    @Test("it asks for fewer requests, with and without a time")
    func slowDown() async throws {
        try await S3TestClient.run { client in
            client.simulator.inject(.slowDown(retryAfter: 7), in: .putObject, skip: 1)
            try await client.expect(put, 200)
            let answer = try await client.answer(put.with { $0.path = "/bucket/late" })
            #expect(answer.status == 503)
            #expect(answer.code == "SlowDown")
            #expect(answer.headers.first(name: "Retry-After") == "7")
            client.simulator.inject(.slowDown(), in: .getObject)
            #expect(try await client.answer(get).headers.contains(name: "Retry-After") == false)
            client.simulator.inject(.internalError)
            try await client.expect(get, 500, "InternalError")
            try await client.expect(get, 200)
            #expect(client.simulator.objects(in: "bucket").map(\.key) == ["key"])
        }
    }

    @Test(
        "a connection is reset, and nothing is done",
        arguments: [.resetBeforeBody, .resetInBody, .resetAfterBody] as [S3Fault]
    )
    func resets(_ fault: S3Fault) async throws {
        try await S3TestClient.run { client in
            client.simulator.inject(fault)
            #expect(try await client.send(put) == nil)
            #expect(client.simulator.objects(in: "bucket").isEmpty)
            #expect(client.simulator.requests.map(\.status) == [nil])
            try await client.expect(put, 200)
        }
    }

    @Test("the work is done, and the answer is lost")
    func lostReply() async throws {
        try await S3TestClient.run { client in
            client.simulator.inject(.lostReply, in: .putObject)
            let answer = try await client.send(put)
            #expect(answer == nil)
            #expect(client.simulator.objects(in: "bucket").map(\.size) == [5])
        }
    }

    @Test("a success turns out to be an error")
    func errorInSuccess() async throws {
        try await S3TestClient.run { client in
            client.simulator.inject(.errorInSuccess, times: 2)
            try await client.expect(put, 200)
            let copy = S3TestRequest(.PUT, "/bucket/copy").header("x-amz-copy-source", "/bucket/key")
            try await client.expect(copy, 200, "InternalError")
            let upload = try await client.begin()
            let tag = try await client.store(1, of: upload)
            let completion = client.completion(of: upload, [(1, tag)])
            try await client.expect(completion, 200, "InternalError")
            #expect(client.simulator.objects(in: "bucket").map(\.key) == ["key"])
            try await client.expect(completion, 200)
        }
    }

    @Test("a body ends in the middle")
    func truncated() async throws {
        try await S3TestClient.run { client in
            try await client.expect(put, 200)
            client.simulator.inject(.truncatedBody, in: .getObject)
            #expect(try await client.send(get) == nil)
            #expect(client.simulator.requests.last?.bytesSent == 2)
            #expect(try await client.answer(get).text == "hello")
        }
    }

    @Test("it pauses, and bodies come slowly", .timeLimit(.minutes(1)))
    func slow() async throws {
        try await S3TestClient.run {
            $0.bytesPerSecondIn = 10_000
        } _: { client in
            let clock = ContinuousClock()
            let paced = try await clock.measure {
                try await client.expect(put.with { $0.body = Array(repeating: 1, count: 1000) }, 200)
            }
            #expect(paced >= .milliseconds(90))
            client.simulator.inject(.stall(.milliseconds(60)))
            #expect(try await clock.measure { try await client.expect(get, 200) } >= .milliseconds(60))
            client.simulator.inject(.paced(bytesPerSecond: 10_000))
            #expect(try await clock.measure { try await client.expect(get, 200) } >= .milliseconds(90))
        }
    }

    @Test("chance strikes the same requests again when it is seeded again")
    func seeds() async throws {
        try await S3TestClient.run { client in
            func statuses() async throws -> [Int] {
                client.simulator.seedFaults("some text")
                var statuses: [Int] = []
                for _ in 1...20 { statuses.append(try await client.answer(put).status) }
                return statuses
            }
            client.simulator.injectRandomly(.internalError, perMille: 400)
            let first = try await statuses()
            #expect(Set(first) == [200, 500])
            #expect(try await statuses() == first)
            client.simulator.removeFaults()
            #expect(try await statuses() == Array(repeating: 200, count: 20))
        }
    }

    @Test("a test can interfere at each moment of a request")
    func director() async throws {
        try await S3TestClient.run { client in
            client.simulator.setDirector { moment in
                switch (moment.number, moment.isDone) {
                case (1, false): .resetBeforeBody
                case (2, true): .lostReply
                default: nil
                }
            }
            #expect(try await client.send(put) == nil)
            #expect(client.simulator.objects(in: "bucket").isEmpty)
            #expect(try await client.send(put) == nil)
            #expect(client.simulator.objects(in: "bucket").count == 1)
            try await client.expect(put, 200)
            #expect(client.simulator.count(of: .putObject) == 3)
        }
    }
}
