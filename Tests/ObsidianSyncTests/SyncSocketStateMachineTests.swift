import SyncCore
import Testing

@testable import ObsidianSync

@Suite("The conversation on a socket")
struct SyncSocketStateMachineTests {
    typealias Action = SyncSocketStateMachine.Action

    /// A place in the conversation.
    enum Place: CaseIterable, Sendable {
        case opening, listing, idle, awaitingBody, receiving
    }

    private static func message(_ text: String) throws -> SocketMessage {
        try SocketMessage(text: Array(text.utf8))
    }

    /// A machine that has come to a place by the shortest way.
    private static func machine(at place: Place) throws -> SyncSocketStateMachine {
        var machine = SyncSocketStateMachine()
        if place == .opening { return machine }
        #expect(try machine.received(message(#"{"res":"ok"}"#)) == .accepted)
        if place == .listing { return machine }
        #expect(try machine.received(message(#"{"op":"ready","version":7}"#)) == .ready(version: 7))
        if place == .idle { return machine }
        machine.pull()
        if place == .awaitingBody { return machine }
        #expect(try machine.received(message(#"{"size":30,"pieces":2}"#)) == .body(size: 30))
        return machine
    }

    @Test("who waits for changes is told of each, and of nothing else")
    func watching() throws {
        var machine = try Self.machine(at: .idle)
        machine.watch()
        #expect(!machine.isIdle)
        #expect(try machine.received(Self.message(#"{"op":"pong"}"#)) == .ignore)
        #expect(try machine.received(Self.message(#"{"op":"ready","version":9}"#)) == .ignore)
        #expect(try machine.received(bytes: 3, isFinal: true) == .ignore)
        #expect(try machine.received(Self.message(#"{"op":"push","uid":10,"path":"ab"}"#)) == .changed)
        #expect(try machine.received(Self.message(#"{"op":"push","uid":11,"path":"ab"}"#)) == .changed)
    }

    @Test("a whole conversation: init, listing, two bodies, one refusal, one that is gone")
    func conversation() throws {
        let record = try Self.message(#"{"op":"push","uid":5,"path":"ab"}"#)
        var machine = SyncSocketStateMachine()
        #expect(try machine.received(Self.message(#"{"op":"pong"}"#)) == .ignore)
        #expect(try machine.received(Self.message(#"{"res":"ok","perFileMax":5242880,"userId":1}"#)) == .accepted)
        #expect(!machine.isIdle)
        #expect(try machine.received(record) == .record(record))
        // A stray binary frame of a listing says nothing.
        #expect(try machine.received(bytes: 3, isFinal: true) == .ignore)
        #expect(try machine.received(Self.message(#"{"op":"ready","version":5}"#)) == .ready(version: 5))
        #expect(machine.isIdle)

        machine.pull()
        #expect(try machine.received(Self.message(#"{"size":5,"pieces":2,"deleted":false}"#)) == .body(size: 5))
        #expect(try machine.received(bytes: 2, isFinal: true) == .bytes(isLast: false))
        #expect(try machine.received(record) == .ignore)
        #expect(try machine.received(bytes: 1, isFinal: false) == .bytes(isLast: false))
        #expect(try machine.received(bytes: 2, isFinal: true) == .bytes(isLast: true))
        #expect(machine.isIdle)

        machine.pull()
        #expect(try machine.received(Self.message(#"{"size":0,"pieces":0}"#)) == .body(size: 0))
        #expect(machine.isIdle)

        machine.pull()
        #expect(try machine.received(Self.message(#"{"err":"no"}"#)) == .refused("no"))
        #expect(machine.isIdle)

        machine.pull()
        #expect(try machine.received(Self.message(#"{"deleted":true}"#)) == .gone)
        #expect(machine.isIdle)
    }

    @Test("a pong is legal everywhere", arguments: Place.allCases)
    func pong(place: Place) throws {
        var machine = try Self.machine(at: place)
        #expect(try machine.received(Self.message(#"{"op":"pong"}"#)) == .ignore)
    }

    @Test(
        "the record of a change is passed over wherever no listing is read",
        arguments: [
            Place.idle, .awaitingBody, .receiving,
        ]
    )
    func change(place: Place) throws {
        var machine = try Self.machine(at: place)
        #expect(try machine.received(Self.message(#"{"op":"push","uid":9}"#)) == .ignore)
        #expect(machine.isIdle == (place == .idle))
    }

    @Test("a second ready in a pause is passed over")
    func secondReady() throws {
        var machine = try Self.machine(at: .idle)
        #expect(try machine.received(Self.message(#"{"op":"ready","version":8}"#)) == .ignore)
        #expect(machine.isIdle)
    }

    private static let illegal: [(Place, String)] = [
        (.opening, "{}"), (.opening, #"{"op":"push","uid":1}"#), (.opening, #"{"op":"ready","version":1}"#),
        (.opening, #"{"res":"maybe"}"#), (.opening, #"{"size":1,"pieces":1}"#),
        (.listing, "{}"), (.listing, #"{"op":"ready"}"#), (.listing, #"{"res":"ok"}"#),
        (.listing, #"{"size":1,"pieces":1}"#), (.listing, #"{"err":"no"}"#),
        (.idle, "{}"), (.idle, #"{"res":"ok"}"#), (.idle, #"{"err":"no"}"#), (.idle, #"{"size":1,"pieces":1}"#),
        (.awaitingBody, "{}"), (.awaitingBody, #"{"size":1}"#), (.awaitingBody, #"{"pieces":1}"#),
        (.awaitingBody, #"{"size":0,"pieces":1}"#), (.awaitingBody, #"{"size":1,"pieces":0}"#),
        (.awaitingBody, #"{"size":-1,"pieces":1}"#), (.awaitingBody, #"{"size":1,"pieces":-1}"#),
        (.awaitingBody, #"{"op":"ready","version":1}"#), (.awaitingBody, #"{"res":"ok"}"#),
        (.receiving, "{}"), (.receiving, #"{"op":"ready","version":1}"#), (.receiving, #"{"err":"no"}"#),
        (.receiving, #"{"size":1,"pieces":1}"#), (.receiving, #"{"deleted":true}"#),
    ]

    @Test("what cannot stand at a place ends the conversation", arguments: illegal)
    func illegalMessages(place: Place, text: String) throws {
        var machine = try Self.machine(at: place)
        let error = #expect(throws: SyncError.self) { _ = try machine.received(Self.message(text)) }
        #expect(error?.name == .protocolChanged)
        try Self.expectEnded(&machine)
    }

    @Test("bytes that nobody asked for end it", arguments: [Place.opening, .idle, .awaitingBody])
    func unexpectedBytes(place: Place) throws {
        var machine = try Self.machine(at: place)
        let error = #expect(throws: SyncError.self) { _ = try machine.received(bytes: 1, isFinal: true) }
        #expect(error?.name == .protocolChanged)
        try Self.expectEnded(&machine)
    }

    @Test(
        "more bytes than were announced, or fewer, end it",
        arguments: [
            [(31, true)], [(31, false)], [(10, true), (21, true)], [(10, true), (19, true)], [(30, true), (1, true)],
            [(30, true), (1, false)],
        ]
    )
    func wrongSize(pieces: [(Int, Bool)]) throws {
        var machine = try Self.machine(at: .receiving)
        for piece in pieces.dropLast() {
            #expect(try machine.received(bytes: piece.0, isFinal: piece.1) == .bytes(isLast: false))
        }
        let last = try #require(pieces.last)
        let error = #expect(throws: SyncError.self) { _ = try machine.received(bytes: last.0, isFinal: last.1) }
        #expect(error?.name == .protocolChanged)
        try Self.expectEnded(&machine)
    }

    @Test(
        "a refused init is the error of its text",
        arguments: [
            (#"{"res":"err","msg":"Vault not found."}"#, SyncError.Name.invalidInput),
            (#"{"status":"err","msg":"Your subscription to Obsidian Sync has expired"}"#, .subscriptionExpired),
            (#"{"err":"Not logged in"}"#, .tokenExpired),
            (#"{"error":"Wrong vault key, please try again"}"#, .vaultPasswordWrong),
            (#"{"res":"err"}"#, .protocolChanged),
        ]
    )
    func refusedInit(text: String, name: SyncError.Name) throws {
        var machine = SyncSocketStateMachine()
        let error = #expect(throws: SyncError.self) { _ = try machine.received(Self.message(text)) }
        #expect(error?.name == name)
        try Self.expectEnded(&machine)
    }

    /// Nothing is understood after a failure, and nothing can be asked.
    private static func expectEnded(_ machine: inout SyncSocketStateMachine) throws {
        #expect(!machine.isIdle)
        for text in [#"{"res":"ok"}"#, #"{"op":"ready","version":1}"#, #"{"size":1,"pieces":1}"#, #"{"err":"no"}"#] {
            #expect(try machine.received(message(text)) == .ignore)
        }
        #expect(try machine.received(bytes: 1, isFinal: true) == .ignore)
        #expect(!machine.isIdle)
    }

    @Test(
        "in random conversations every announced byte is given, once, and no pause has bytes outstanding",
        arguments: 1...50
    )
    func randomised(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var machine = try Self.machine(at: .idle)
        for _ in 0..<40 {
            machine.pull()
            #expect(!machine.isIdle)
            let sizes = (0..<Int.random(in: 0...5, using: &random)).map { _ in Int.random(in: 1...9, using: &random) }
            let announced = sizes.reduce(0, +)
            let answer = try Self.message(#"{"size":\#(announced),"pieces":\#(sizes.count)}"#)
            #expect(try machine.received(answer) == .body(size: Int64(announced)))
            var given = 0
            var endings = 0
            for size in sizes {
                var left = size
                while left > 0 {
                    if Bool.random(using: &random) {
                        #expect(try machine.received(Self.message(#"{"op":"pong"}"#)) == .ignore)
                    }
                    #expect(!machine.isIdle, "a pause with \(announced - given) bytes outstanding")
                    let part = Int.random(in: 1...left, using: &random)
                    left -= part
                    given += part
                    let action = try machine.received(bytes: part, isFinal: left == 0)
                    #expect(action == .bytes(isLast: given == announced))
                    if action == .bytes(isLast: true) { endings += 1 }
                }
            }
            #expect(given == announced)
            #expect(endings == (announced == 0 ? 0 : 1))
            #expect(machine.isIdle)
        }
    }

    @Test("whatever comes, in whatever order, is an action or an error, and an error is final", arguments: 1...50)
    func noise(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let texts = [
            #"{"op":"pong"}"#, #"{"op":"push","uid":1}"#, #"{"op":"ready","version":3}"#, #"{"res":"ok"}"#,
            #"{"size":6,"pieces":2}"#, #"{"size":0,"pieces":0}"#, #"{"err":"no"}"#, #"{"deleted":true}"#, "{}",
        ]
        var machine = SyncSocketStateMachine()
        var outstanding = 0
        var hasFailed = false
        for _ in 0..<60 {
            if machine.isIdle, Bool.random(using: &random) { machine.pull() }
            let count = Int.random(in: 1...4, using: &random)
            do {
                let isText = Int.random(in: 0..<3, using: &random) > 0
                let action =
                    isText
                    ? try machine.received(Self.message(texts[Int.random(in: 0..<texts.count, using: &random)]))
                    : try machine.received(bytes: count, isFinal: Bool.random(using: &random))
                if hasFailed { #expect(action == .ignore) }
                if case .body(let size) = action { outstanding = Int(size) }
                if case .bytes(let isLast) = action {
                    outstanding -= count
                    #expect(isLast ? outstanding == 0 : outstanding >= 0)
                }
            } catch {
                #expect(!hasFailed)
                hasFailed = true
            }
            if machine.isIdle { #expect(outstanding == 0) }
        }
    }
}
