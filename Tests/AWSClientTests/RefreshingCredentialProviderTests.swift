import AWSSigning
import FoundationEssentials
import Logging
import Synchronization
import Testing

@testable import AWSClient

/// Gives credentials that last an hour, numbered; can be made to fail and to wait at a gate.
private final class Source: CredentialProvider {
    struct Failure: Error {}
    private struct State {
        var calls = 0
        var fails = false
        var gate: CheckedContinuation<Void, Never>?
        var isGated = false
    }

    private let world: ManualWorld
    private let state = Mutex(State())
    let name = "source"

    init(_ world: ManualWorld) {
        self.world = world
    }

    var calls: Int { state.withLock { $0.calls } }
    func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }
    func closeGate() { state.withLock { $0.isGated = true } }
    var isSomeoneAtTheGate: Bool { state.withLock { $0.gate != nil } }

    func openGate() {
        state.withLock { state in
            state.isGated = false
            defer { state.gate = nil }
            return state.gate
        }?.resume()
    }

    func credential(logger: Logger) async throws -> ExpiringCredential? {
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        await withCheckedContinuation { continuation in
            let passes = state.withLock { state in
                if state.isGated { state.gate = continuation }
                return !state.isGated
            }
            if passes { continuation.resume() }
        }
        try Task.checkCancellation()
        if state.withLock({ $0.fails }) { throw Failure() }
        let credential = Credential(accessKeyId: "\(call)", secretAccessKey: "s")
        return ExpiringCredential(credential, expiration: world.now.addingTimeInterval(3600))
    }
}

@Suite("RefreshingCredentialProvider", .timeLimit(.minutes(10)))
struct RefreshingCredentialProviderTests {
    private let world = ManualWorld()
    private let source: Source
    private let provider: RefreshingCredentialProvider

    init() {
        let world = world
        source = Source(world)
        provider = RefreshingCredentialProvider(source, now: { world.now })
    }

    private func key() async throws -> String? {
        try await provider.credential(logger: testLogger)?.credential.accessKeyId
    }

    @Test("a credential is kept until shortly before it expires")
    func keeps() async throws {
        #expect(try await key() == "1")
        world.advance(by: .seconds(3299))
        #expect(try await key() == "1")
        world.advance(by: .seconds(2))
        #expect(try await key() == "2")
        #expect(source.calls == 2)
    }

    @Test("a failed refresh leaves the present credential in use, is not hammered, and recovers")
    func failureInWindow() async throws {
        #expect(try await key() == "1")
        source.fail(true)
        world.advance(by: .seconds(3400))
        #expect(try await key() == "1")
        #expect(try await key() == "1")
        #expect(source.calls == 2)
        world.advance(by: .seconds(31))
        #expect(try await key() == "1")
        #expect(source.calls == 3)
        source.fail(false)
        world.advance(by: .seconds(31))
        #expect(try await key() == "4")
    }

    @Test("when nothing is left the failure is reported, and the next caller tries again")
    func failureWithoutCredential() async throws {
        source.fail(true)
        await #expect(throws: Source.Failure.self) { try await key() }
        source.fail(false)
        #expect(try await key() == "2")
    }

    @Test("one refresh serves all who wait for it")
    func singleFlight() async throws {
        source.closeGate()
        let keys = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await key() } }
            while !source.isSomeoneAtTheGate { await Task.yield() }
            for _ in 0..<100 { await Task.yield() }
            source.openGate()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(keys == Array(repeating: "1", count: 20))
        #expect(source.calls == 1)
    }

    @Test("a refresh that is cancelled is taken over by one who waits")
    func takeOver() async throws {
        source.closeGate()
        try await withThrowingTaskGroup(of: Void.self) { outer in
            outer.addTask {
                await withTaskGroup(of: Void.self) { first in
                    first.addTask { _ = try? await key() }
                    while !source.isSomeoneAtTheGate { await Task.yield() }
                    first.cancelAll()
                    for _ in 0..<100 { await Task.yield() }
                    source.openGate()
                }
            }
            outer.addTask {
                while source.calls == 0 { await Task.yield() }
                let found = try await key()
                #expect(found == "2")
            }
            try await outer.waitForAll()
        }
    }

    @Test("one who waits can be cancelled without the refresh")
    func cancelledWaiter() async throws {
        source.closeGate()
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await key() }
            while !source.isSomeoneAtTheGate { await Task.yield() }
            await withTaskGroup(of: Void.self) { waiting in
                waiting.addTask {
                    await #expect(throws: CancellationError.self) { try await key() }
                }
                waiting.cancelAll()
            }
            source.openGate()
            let found = try await group.next()
            #expect(found == "1")
        }
    }
}
