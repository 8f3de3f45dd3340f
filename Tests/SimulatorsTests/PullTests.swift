import FoundationEssentials
import Testing

@testable import Simulators

@Suite("Pulling bodies", .timeLimit(.minutes(10)))
struct PullTests {
    let vault: SimulatedVault
    let small: Int64
    let empty: Int64
    let big: Int64

    init() throws {
        vault = try SimulatedVault(TestVault.configuration())
        small = vault.write("small.md", .text("a small note"))
        empty = vault.write("empty.md", .bytes([]))
        big = vault.write("big.bin", .generated(seed: "big", size: 5 * 1_048_576))
    }

    private func plaintext(_ pieces: [[UInt8]]) -> [UInt8]? {
        vault.cipher.open(body: Data(pieces.flatMap { $0 })).map { Array($0) }
    }

    private func withOpenSocket(_ body: (ObsidianSimulator, TestSocket) async throws -> Void) async throws {
        try await withTestVault(vault) { simulator, client, token in
            try await client.withSocket { socket in
                _ = try await socket.open(vault, token: token)
                try await body(simulator, socket)
            }
        }
    }

    @Test("small, empty and big files come as the protocol says, and older versions too")
    func sizes() async throws {
        try await withOpenSocket { simulator, socket in
            let first = try await socket.pull(small)
            #expect(first.answer["size"]?.int == 40)
            #expect(first.answer["deleted"]?.bool == false)
            #expect(plaintext(first.pieces) == Array("a small note".utf8))

            let nothing = try await socket.pull(empty)
            #expect(nothing.answer == .object(["size": .int(0), "pieces": .int(0), "deleted": .bool(false)]))

            let large = try await socket.pull(big)
            #expect(large.answer["size"]?.int == 5_242_908)
            #expect(large.pieces.map(\.count) == [2_097_152, 2_097_152, 1_048_604])
            #expect(plaintext(large.pieces) == vault.record(uid: big)?.content?.bytes())

            #expect(simulator.counters.pulledUIDs == [small, empty, big])
            #expect(simulator.counters.bytesServed == 40 + 5_242_908)
            #expect(simulator.counters.overlappingRequests == 0)
        }
    }

    @Test("older versions can be pulled, deletions have no content, unknown uids are an error")
    func history() async throws {
        vault.write("small.md", .text("newer"))
        let deletion = try vault.delete("small.md")
        try await withOpenSocket { _, socket in
            let old = try await socket.pull(small)
            #expect(plaintext(old.pieces) == Array("a small note".utf8))
            let deleted = try await socket.pull(deletion).answer
            #expect(deleted == .object(["size": .int(0), "pieces": .int(0), "deleted": .bool(true)]))
            #expect(try await socket.pull(99).answer["err"]?.string != nil)
            #expect(try await plaintext(socket.pull(small).pieces) == Array("a small note".utf8))
        }
    }

    @Test("a ping is answered while a body is under way")
    func pingDuringBody() async throws {
        try await withOpenSocket { _, socket in
            try await socket.send(#"{"op":"pull","uid":\#(big)}"#)
            try await socket.send(#"{"op":"ping"}"#)
            var frames = 0
            var pongs = 0
            while frames < 3 || pongs < 1 {
                switch try await socket.next() {
                case .binary: frames += 1
                case .text(let json) where json["op"]?.string == "pong": pongs += 1
                case .text(let json): #expect(json["pieces"]?.int == 3)
                case let other: throw TestSocket.Unexpected(event: other)
                }
            }
        }
    }

    @Test("a second request while one is outstanding ends the connection, and is counted")
    func overlap() async throws {
        try await withOpenSocket { simulator, socket in
            simulator.inject(.pullStalled, uid: small)
            try await socket.send(#"{"op":"pull","uid":\#(small)}"#)
            // The stalled request holds the socket, but pings still pass.
            try await socket.send(#"{"op":"ping"}"#)
            #expect(try await socket.text()["op"]?.string == "pong")
            try await socket.send(#"{"op":"pull","uid":\#(empty)}"#)
            #expect(try await socket.next() == .closed(1002))
            #expect(simulator.counters.overlappingRequests == 1)
        }
    }

    @Test("fault: a flipped bit makes the body unreadable, once")
    func flipped() async throws {
        try await withOpenSocket { simulator, socket in
            simulator.inject(.bodyFlipped, uid: small)
            let bad = try await socket.pull(small)
            #expect(bad.answer["size"]?.int == 40)
            #expect(plaintext(bad.pieces) == nil)
            #expect(try await plaintext(socket.pull(small).pieces) == Array("a small note".utf8))
        }
    }

    @Test("fault: the body of another version is delivered, readable but not the one asked for")
    func swapped() async throws {
        let other = vault.write("other.md", .text("something else"))
        try await withOpenSocket { simulator, socket in
            simulator.inject(.bodySwapped(forUID: other), uid: small)
            let body = try await socket.pull(small)
            #expect(plaintext(body.pieces) == Array("something else".utf8))
        }
    }

    @Test("fault: a body in one frame, whatever its size")
    func oneFrame() async throws {
        try await withOpenSocket { simulator, socket in
            simulator.inject(.bodyInOneFrame)
            let body = try await socket.pull(big)
            #expect(body.pieces.map(\.count) == [5_242_908])
        }
    }

    @Test("fault: text frames come before and between the frames of a body")
    func interleaved() async throws {
        try await withOpenSocket { simulator, socket in
            simulator.inject(.bodyInterleaved)
            try await socket.send(#"{"op":"pull","uid":\#(big)}"#)
            var kinds: [String] = []
            for _ in 0..<10 {
                switch try await socket.next() {
                case .binary: kinds.append("binary")
                case .text(let json): kinds.append(json["op"]?.string ?? "answer")
                case let other: throw TestSocket.Unexpected(event: other)
                }
            }
            #expect(kinds == ["answer"] + Array(repeating: ["pong", "push", "binary"], count: 3).flatMap { $0 })
        }
    }

    @Test("fault: a live version is reported deleted, or refused")
    func refused() async throws {
        try await withOpenSocket { simulator, socket in
            simulator.inject(.bodyReportedDeleted, uid: small)
            let deleted = try await socket.pull(small).answer
            #expect(deleted["deleted"]?.bool == true)
            simulator.inject(.pullRefused("try again"), uid: small)
            #expect(try await socket.pull(small).answer == .object(["err": .string("try again")]))
        }
    }

    @Test("fault: the socket breaks in the middle of a body")
    func cut() async throws {
        for uid in [small, big] {
            try await withOpenSocket { simulator, socket in
                simulator.inject(.bodyCut)
                try await socket.send(#"{"op":"pull","uid":\#(uid)}"#)
                let size = try #require(try await socket.text()["size"]?.int)
                var received = 0
                while case .binary(let piece) = try await socket.next() { received += piece.count }
                #expect(received < size)
                #expect(try await socket.next() == .closed(nil))
            }
        }
    }
}
