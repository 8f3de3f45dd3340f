import Checksums
import Clocks
import Crypto
import HTTPTransport
import NIOCore
import StreamingCrypto
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

@Suite("Frames on a socket", .tags(.integration), .timeLimit(.minutes(10)))
struct SyncSocketTests {
    typealias Frame = ScriptedSocketServer.Frame

    private static let accepted = Frame.text(#"{"res":"ok"}"#)
    private static let ready = Frame.text(#"{"op":"ready","version":9}"#)

    /// Opens a vault of version 0 whose key is 32 zeros, on a server that has the script.
    private static func with<Result: Sendable>(
        since: Int64 = 0,
        answerTimeout: Duration = .seconds(60),
        _ script: [Frame]...,
        body: (ObsidianSession, ScriptedSocketServer.Received) async throws -> Result
    ) async throws -> Result {
        try await ScriptedSocketServer.with(script) { endpoint, received in
            var timeouts = SocketTimeouts()
            timeouts.answer = answerTimeout
            let opener = SocketOpener(
                client: WebSocketClient(connector: ChannelConnector()),
                endpoint: endpoint,
                opening: .init(token: "t", vault: try #require(VaultID("v")), keyHash: "k", encryptionVersion: 0),
                timeouts: timeouts,
                backoff: ReconnectBackoff(random: { 0 })
            )
            let pool = try await SocketPool(
                opener,
                limit: 1,
                shelf: SocketShelf(lifetime: .zero, clock: ManualClock()),
                logger: quiet
            )
            let keys = VaultKeys(key: key, salt: "", version: .zero)
            let session = ObsidianSession(pool: pool, concurrentFetches: 1, keys: keys, since: since, logger: quiet)
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(session, received))
            } catch {
                result = .failure(error)
            }
            await pool.close()
            return try result.get()
        }
    }

    private static let key = [UInt8](repeating: 0, count: 32)

    private static func sealed(_ text: String) throws -> String {
        Hex.encoded(try body(of: Array(text.utf8)))
    }

    private static func body(of content: [UInt8]) throws -> [UInt8] {
        let box = try AES.GCM.seal(content, using: SymmetricKey(data: key), nonce: .init(data: [UInt8](0..<12)))
        return Array(try #require(box.combined))
    }

    private static let entry = Entry(kind: .file, path: VaultPath("x"), version: 5, handle: "5")

    @Test("texts and bodies in fragments are put together, pings are answered", .timeLimit(.minutes(5)))
    func fragments() async throws {
        let body = try Self.body(of: Array("content".utf8))
        let record = #"{"op":"push","uid":5,"path":"\#(try Self.sealed("a.md"))","folder":true}"#
        try await Self.with(
            [
                Self.accepted, .textPart(String(record.prefix(20)), isFirst: true, isLast: false), .ping([1, 2, 3]),
                .textPart(String(record.dropFirst(20)), isFirst: false, isLast: true), .pong, Self.ready,
            ],
            [
                .text(#"{"size":\#(body.count),"pieces":2}"#),
                .binaryPart(Array(body[..<5]), isFirst: true, isLast: false),
                .binaryPart(Array(body[5..<30]), isFirst: false, isLast: true), .ping([]), .binary(Array(body[30...])),
            ]
        ) { session, received in
            let (entries, end) = try await session.entries()
            #expect(entries.map(\.path.rawValue) == ["a.md"])
            #expect(entries.map(\.kind) == [.folder])
            #expect(end.cursor.rawValue == "9")
            #expect(try await session.digest(of: Self.entry).size == 7)
            #expect(received.texts.last { !$0.contains("ping") } == #"{"op":"pull","uid":5}"#)
            // Both pings came before the last bytes; their answers may still be on the way.
            try await eventually { received.pongs.count >= 2 }
            #expect(received.pongs == [[1, 2, 3], []])
        }
    }

    @Test("records that cannot be deciphered are listed as unreadable, and the listing goes on")
    func unreadable() async throws {
        let hash = try Self.sealed(String(repeating: "AB", count: 32))
        let path = try Self.sealed("b.md")
        try await Self.with(
            since: 1,
            [
                Self.accepted,
                .text(#"{"op":"push","uid":2,"path":"00ff"}"#),
                .text(#"{"op":"push","uid":3,"path":"\#(path)","hash":"zz","size":5}"#),
                .text(#"{"op":"push","uid":4,"path":"\#(path)","hash":"\#(try Self.sealed("short"))"}"#),
                .text(#"{"op":"push","uid":5,"path":"\#(path)"}"#),
                .text(
                    #"{"op":"push","uid":10,"path":"\#(path)","hash":"\#(hash)","size":12,"mtime":0,"relatedpath":"zz"}"#
                ),
                Self.ready,
            ]
        ) { session, _ in
            let (entries, end) = try await session.entries()
            #expect(entries.map(\.kind) == [.unreadable, .file, .file, .file, .file])
            #expect(entries.dropFirst().dropLast().allSatisfy { $0.sha256 == "" }, "no content has such a hash")
            #expect(entries.map(\.version) == [2, 3, 4, 5, 10])
            #expect(Set(entries.map(\.path)).count == 2)
            let file = try #require(entries.last)
            #expect(file.sha256 == String(repeating: "ab", count: 32))
            // Smaller than any body can be: the size is nothing, not less.
            #expect(file.size == 0)
            #expect(file.mtime == nil)
            #expect(file.previousPath == nil)
            #expect(end == ListingEnd(isSnapshot: false, cursor: SourceCursor("10")))
        }
    }

    @Test("tombstones of a snapshot are passed on: they outdate older records of their path")
    func tombstones() async throws {
        let path = try Self.sealed("b.md")
        try await Self.with(
            [Self.accepted, .text(#"{"op":"push","uid":2,"path":"\#(path)","deleted":true}"#), Self.ready]
        ) { session, _ in
            let (entries, _) = try await session.entries()
            #expect(entries.map(\.kind) == [.deletion])
        }
    }

    @Test(
        "a listing that is none has changed the protocol",
        arguments: [
            Frame.text("not JSON"), .text("{}"), .text(#"{"op":"ready","version":"later"}"#),
            .text(#"{"op":"ready"}"#),
        ]
    )
    func brokenListing(frame: Frame) async throws {
        try await syncError(.protocolChanged) {
            try await Self.with([Self.accepted, frame, Self.ready]) { session, _ in try await session.entries() }
        }
    }

    @Test(
        "a record without what identifies it needs a person, and costs the others nothing",
        arguments: [
            #"{"op":"push","path":"00"}"#, #"{"op":"push","uid":7}"#, #"{"op":"push","uid":7,"path":"zz"}"#,
            #"{"op":"push","uid":"seven","path":"00"}"#, #"{"op":"push","uid":7,"path":"00","folder":"maybe"}"#,
        ]
    )
    func poison(record: String) async throws {
        let path = try Self.sealed("a.md")
        let good = Frame.text(#"{"op":"push","uid":"8","path":"\#(path)","folder":0,"relatedpath":3}"#)
        try await Self.with([Self.accepted, .text(record), good, .text(#"{"op":"ready","version":"9.0"}"#)]) {
            session,
            _ in
            let (entries, end) = try await session.entries()
            #expect(entries.map(\.kind) == [.unreadable, .file])
            #expect(entries[0].path.isStandIn)
            #expect(entries[1].path == VaultPath("a.md"))
            #expect(end.cursor == SourceCursor("9"))
        }
    }

    @Test(
        "times are the nearest that a file system holds",
        arguments: [
            ("-86400000", -86_400_000), ("16725225600000", 15_032_385_535_000), ("-1e17", -2_147_483_648_000),
            ("1732060800123.5", 1_732_060_800_123), ("0", nil), ("null", nil), (#""soon""#, nil),
        ] as [(String, Int64?)]
    )
    func times(mtime: String, expected: Int64?) async throws {
        let path = try Self.sealed("a.md")
        let record = Frame.text(#"{"op":"push","uid":8,"path":"\#(path)","mtime":\#(mtime)}"#)
        try await Self.with([Self.accepted, record, Self.ready]) { session, _ in
            let (entries, _) = try await session.entries()
            #expect(entries.map(\.mtime?.milliseconds) == [expected])
        }
    }

    @Test("a text without an end is not collected for ever")
    func endlessText() async throws {
        let part = String(repeating: " ", count: 600_000)
        try await syncError(.protocolChanged) {
            try await Self.with([
                Self.accepted, .textPart(part, isFirst: true, isLast: false),
                .textPart(part, isFirst: false, isLast: false),
            ]) { session, _ in try await session.entries() }
        }
    }

    @Test("a socket that ends is unavailable, whichever way it ends", arguments: [Frame.close, .cut])
    func end(frame: Frame) async throws {
        try await syncError(.sourceUnavailable) {
            try await Self.with([Self.accepted, frame]) { session, _ in try await session.entries() }
        }
        try await syncError(.sourceUnavailable) {
            try await Self.with([Self.accepted, Self.ready], [.text(#"{"size":40,"pieces":1}"#), frame]) { session, _ in
                try await session.digest(of: Self.entry)
            }
        }
    }

    @Test(
        "a host that owes an answer is given up, also when it goes on answering pings",
        arguments: [[], [Frame.pongsForever]]
    )
    func stalled(frames: [Frame]) async throws {
        try await syncError(.sourceUnavailable) {
            try await Self.with(
                answerTimeout: .milliseconds(100),
                [Self.accepted, Self.ready],
                frames
            ) { session, _ in try await session.digest(of: Self.entry) }
        }
    }

    @Test(
        "an answer to init that is none has changed the protocol",
        arguments: [
            Frame.binary([1]), .text("<html>"), .text("{}"), .text(#"{"op":"ready","version":1}"#),
        ]
    )
    func brokenOpening(frame: Frame) async throws {
        try await syncError(.protocolChanged) { try await Self.with([frame]) { _, _ in } }
    }

    @Test("a body of fewer bytes than IV and tag is corrupt", arguments: [1, 12, 27])
    func shortBody(size: Int) async throws {
        try await syncError(.corruptContent) {
            try await Self.with(
                [Self.accepted, Self.ready],
                [.text(#"{"size":\#(size),"pieces":1}"#), .binary([UInt8](repeating: 0, count: size))]
            ) { session, _ in try await session.digest(of: Self.entry) }
        }
    }

    @Test(
        "an answer to pull, or a body, that is none costs the one file only",
        arguments: [
            [Frame.text("{}")], [.binary([1])],
            [.text(#"{"size":40,"pieces":1}"#), .text(#"{"op":"ready","version":1}"#)],
            [.text(#"{"size":40,"pieces":1}"#), .binary([UInt8](repeating: 0, count: 41))],
            [.text(#"{"size":40,"pieces":1}"#), .binary([UInt8](repeating: 0, count: 39))],
        ]
    )
    func brokenAnswer(frames: [Frame]) async throws {
        try await syncError(.corruptContent) {
            try await Self.with([Self.accepted, Self.ready], frames) { session, _ in
                try await session.digest(of: Self.entry)
            }
        }
    }
}
