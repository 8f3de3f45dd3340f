import FoundationEssentials
import Logging
import NIOCore
import NIOWebSocket
import Synchronization

/// Serves one WebSocket: `init`, the listing, then pulls and pings, and records as the vault changes.
///
/// One task reads; a pull is served beside it, so that pings are answered while a body is under way; a third
/// task sends new records. Writing waits for the client to read.
struct SocketConnection: Sendable {
    /// Whether a request is being answered. At most one may be outstanding on a socket.
    final class RequestGate: Sendable {
        private let isBusy = Mutex(false)

        /// False when another request is outstanding.
        func enter() -> Bool {
            isBusy.withLock { busy in
                defer { busy = true }
                return !busy
            }
        }

        func leave() { isBusy.withLock { $0 = false } }
    }

    let simulator: ObsidianSimulator
    let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    let channel: any Channel
    let gate = RequestGate()

    static func run(_ channel: ObsidianConnection.SocketChannel, simulator: ObsidianSimulator) async throws {
        simulator.count { counters in
            counters.socketsOpened += 1
            counters.socketsOpen += 1
            counters.socketsOpenAtMost = max(counters.socketsOpenAtMost, counters.socketsOpen)
        }
        defer { simulator.count { $0.socketsOpen -= 1 } }
        try await channel.executeThenClose { inbound, outbound in
            let connection = SocketConnection(simulator: simulator, outbound: outbound, channel: channel.channel)
            try await connection.serve(inbound)
        }
    }

    private func serve(_ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            defer { group.cancelAll() }
            var frames = inbound.makeAsyncIterator()
            guard let opening = try await nextText(&frames) else { return }
            guard let (vault, after) = try await open(SocketJSON.decode(opening)) else {
                return try await close(.normalClosure)
            }
            let (changes, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let watcher = vault.addWatcher { signal.yield() }
            defer { vault.removeWatcher(watcher) }
            guard let version = try await list(vault, after: after) else { return }
            group.addTask { try await push(changes, of: vault, after: version) }
            while let text = try await nextText(&frames) {
                let request = SocketJSON.decode(text)
                guard request?.op == "pull", let uid = request?.uid else {
                    try await answer(request, vault: vault)
                    continue
                }
                guard gate.enter() else {
                    simulator.count { $0.overlappingRequests += 1 }
                    return try await close(.protocolError)
                }
                group.addTask { try await pull(uid, from: vault) }
            }
        }
    }

    /// The next text message; control frames are answered on the way. nil when the client is done.
    private func nextText(
        _ frames: inout NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
    ) async throws -> [UInt8]? {
        while let frame = try await frames.next(isolation: #isolation) {
            switch frame.opcode {
            case .text:
                return Array(frame.unmaskedData.readableBytesView)
            case .ping:
                try await outbound.write(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
            case .connectionClose:
                try await close(.normalClosure)
                return nil
            default:
                continue
            }
        }
        return nil
    }

    /// Everything but `pull`.
    private func answer(_ request: SocketRequest?, vault: SimulatedVault) async throws {
        guard let request else { return try await send(["err": "Invalid message"]) }
        switch request.op {
        case "ping":
            try await send(PongMessage())
        case "size":
            try await send(SizeAnswer(size: vault.storedBytes))
        case "usernames":
            try await send(["1": simulator.library.account.name])
        case "push", "restore", "purge":
            simulator.count { $0.refusedWrites[request.op, default: 0] += 1 }
            try await send(["err": "This server is read-only"])
        default:
            try await send(["err": "Unknown operation"])
        }
    }

    /// Sends what the vault got after `version`, whenever there is something. A signal carries nothing, so none can be
    /// lost: several changes at once are one signal and all their records.
    private func push(_ changes: AsyncStream<Void>, of vault: SimulatedVault, after version: Int64) async throws {
        var last = version
        for await _ in changes {
            let records = vault.records(after: last)
            guard let newest = records.last else { continue }
            last = newest.uid
            for record in records { try await send(vault.wire(record)) }
            simulator.count { $0.recordsPushed += records.count }
        }
    }

    func send(_ message: some Encodable) async throws {
        try await outbound.write(Self.text(message))
    }

    static func text(_ message: some Encodable) throws -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(bytes: try SocketJSON.encode(message)))
    }

    func close(_ code: WebSocketErrorCode) async throws {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        try await outbound.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
    }

    /// Cuts the connection without a closing frame.
    func cut() async {
        // It may be closed already, which is as good.
        try? await channel.close()
    }
}
