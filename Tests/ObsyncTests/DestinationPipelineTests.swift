import StateMachine
import SyncCore
import TestSupport
import Testing

/// One deployment whose executions name other places.
@Suite("executions with several destinations")
struct DestinationPipelineTests {
    private static let elsewhere: JSONValue = ["dest_prefix": "vaults/"]

    @Test("each place is filled once, and going back and forth between them fetches and writes nothing")
    func alternating() async throws {
        let world = PipelineWorld(files: 12)
        #expect(try await world.run(name: "run-1").filesCount == 12)
        #expect(try await world.run(Self.elsewhere, name: "run-2").filesCount == 12)
        #expect(world.elsewhere.objects.mapValues(\.bytes) == world.mirror.objects.mapValues(\.bytes))
        let writes = (world.mirror.writes, world.elsewhere.writes)
        _ = world.fetched.take()
        for (number, input) in ([[:], Self.elsewhere, [:], Self.elsewhere] as [JSONValue]).enumerated() {
            #expect(try await world.run(input, name: "again-\(number)").filesCount == 0)
        }
        #expect(world.fetched.take() == [])
        #expect((world.mirror.writes, world.elsewhere.writes) == writes)

        world.write("changed", to: PipelineWorld.path(3))
        for (name, input) in [("own", [:]), ("other", Self.elsewhere)] as [(String, JSONValue)] {
            #expect(try await world.run(input, name: name).filesCount == 1)
        }
        #expect(world.fetched.take() == [PipelineWorld.path(3), PipelineWorld.path(3)])
        #expect(world.isWhole())
    }

    @Test("a place that the first release has filled is taken over, and nothing is fetched for it")
    func takenOver() async throws {
        var world = PipelineWorld(files: 5)
        // The first release kept one set of records, whatever the destination.
        world.isMoved = true
        try await world.run(name: "run-1")
        #expect(world.elsewhere.objects.count == 5)
        let writes = world.elsewhere.writes
        _ = world.fetched.take()
        world.isMoved = false
        // Until the place of now has been mirrored into, its records are those of the other one.
        world.excused = [.objects]
        world.write("new", to: "new.md")
        #expect(try await world.run(Self.elsewhere, name: "run-2").filesCount == 1)
        #expect(world.fetched.take() == ["new.md"])
        #expect(world.elsewhere.writes == writes + 1)
        #expect(try await world.run(name: "run-3").filesCount == 6)
        #expect(try await world.run(Self.elsewhere, name: "run-4").filesCount == 0)
        #expect(world.isWhole())
    }
}
