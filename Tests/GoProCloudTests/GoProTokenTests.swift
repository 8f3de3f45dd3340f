import Clocks
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import GoProCloud

@Suite("tokens of any life")
struct GoProTokenTests {
    @Test(
        "a token is renewed when half of its life is over, or when little is left",
        arguments: [(60, 29, 31), (1800, 890, 910), (86_400, 84_590, 84_610)] as [(Int64, Int64, Int64)]
    )
    func due(lifetime: Int64, good: Int64, due: Int64) throws {
        let clock = ManualClock()
        let answer = #"{"access_token": "a", "refresh_token": "r", "expires_in": \#(lifetime)}"#
        let tokens = try JSON.decode(TokenAnswer.self, from: answer)
        let credential = try GoProCredential(tokens.stored(in: Secret([:]), now: clock.now))
        #expect(credential.lifetime == .seconds(lifetime))
        #expect(!credential.isDue(at: clock.now))
        #expect(!credential.isDue(at: clock.now.advanced(by: .seconds(good))))
        #expect(credential.isDue(at: clock.now.advanced(by: .seconds(due))))
    }

    @Test("a run works with a token of a minute, and with one of half an hour", arguments: [60, 1800])
    func short(lifetime: Double) async throws {
        let world = try GoProWorld([Samples.video(1)]) { $0.tokenLifetime = lifetime }
        #expect(try await world.run().filesCount == 1)
        world.library.add(Samples.video(2, daysAgo: 0))
        world.clock.advance(by: .seconds(lifetime * 0.6))
        #expect(try await world.run().filesCount == 1)
        #expect(world.simulator.counters.refreshes == 2)
    }

    @Test("a token of a day is not renewed by every run, but when half of the day is over")
    func day() async throws {
        let world = try GoProWorld([Samples.video(1)])
        for _ in 1...4 {
            try await world.run()
            world.clock.advance(by: .seconds(2 * 3600))
        }
        #expect(world.simulator.counters.refreshes == 1)
        world.clock.advance(by: .seconds(5 * 3600))
        try await world.run()
        #expect(world.simulator.counters.refreshes == 2)
    }

    @Test("access that is forbidden is tried with one new token; then it is the subscription")
    func forbidden() async throws {
        let world = try GoProWorld([Samples.video(1)])
        try await world.run()
        world.clock.advance(by: .seconds(3600))
        world.library.add(Samples.video(2, daysAgo: 0))
        world.simulator.inject(.forbidden)
        #expect(try await world.run().filesCount == 1)
        #expect(world.simulator.counters.refreshes == 2)
        world.clock.advance(by: .seconds(3600))
        world.simulator.inject(.forbidden, times: nil)
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .subscriptionExpired)
        #expect(world.simulator.counters.refreshes == 3)
    }

    @Test("a token that dies while a page is resolved costs nothing of what was resolved", .timeLimit(.minutes(5)))
    func manyLives() async throws {
        var world = try GoProWorld((1...120).map { Samples.video($0) }) { $0.tokenLifetime = 60 }
        world.configuration.resolvesPerSecond = 2
        let summary = try await world.run()
        #expect(summary.filesCount == 120)
        #expect(world.differences() == [])
        let counters = world.simulator.counters
        #expect((3...20).contains(counters.refreshes), "\(counters.refreshes) tokens")
        #expect(counters.manifests < 300, "little is resolved twice")
    }

    @Test("a captured token that ends says how to get another one; the next run goes on where this one was")
    func captured() async throws {
        var world = try GoProWorld((1...120).map { Samples.video($0) })
        world.configuration.resolvesPerSecond = 2
        func capture(_ world: GoProWorld) {
            let end = Double(world.clock.now.milliseconds) / 1000 + 100
            let token = world.library.issueCapturedToken(until: end)
            world.secrets.edit { _ in Secret(["provider": .string("gopro"), "access_token": .string(token)]) }
        }
        var stored = 0
        for _ in 1...8 where !world.differences().isEmpty {
            capture(world)
            do {
                try await world.run()
            } catch let error as SyncError {
                #expect(error.name == .authenticationFailed)
                #expect(error.message.contains("gp_access_token"))
            }
            let now = world.mirror.objects.count
            #expect(now > stored)
            stored = now
            // Nobody redrives the run, so its lease has to run out.
            world.clock.advance(by: .seconds(1300))
        }
        #expect(world.differences() == [])
    }
}

extension JSON {
    /// Decodes a text.
    fileprivate static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        try FunctionJSON.decode(type, from: text.utf8)
    }
}
