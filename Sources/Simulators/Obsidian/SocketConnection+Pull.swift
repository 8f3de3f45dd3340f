import FoundationEssentials
import NIOCore
import NIOWebSocket
import Synchronization

extension SocketConnection {
    /// Answers a pull: one text frame, then the body in pieces. Whoever calls has entered the gate.
    func pull(_ uid: Int64, from vault: SimulatedVault) async throws {
        let faults = simulator.state.withLock { state in
            state.counters.pulledUIDs.append(uid)
            return state.faults.takePullFaults(uid: uid)
        }
        if faults.contains(.pullStalled) { return }
        if faults.contains(.pullClosed) { return try await close(.goingAway) }
        if faults.contains(.pullGarbled) { return try await finish(["size": "many"]) }
        for case .pullRefused(let text) in faults {
            return try await finish(["err": text])
        }
        guard let record = vault.record(uid: Self.substitute(for: uid, faults)) else {
            return try await finish(["err": "Version \(uid) not found"])
        }
        if record.isDeleted || faults.contains(.bodyReportedDeleted) {
            return try await finish(PullAnswer(size: 0, pieces: 0, deleted: true))
        }
        var body = ByteBuffer(bytes: try vault.body(of: record))
        guard body.readableBytes > 0 else {
            return try await finish(PullAnswer(size: 0, pieces: 0, deleted: false))
        }
        if faults.contains(.bodyShort) { body = body.getSlice(at: body.readerIndex, length: 12) ?? body }
        if faults.contains(.bodyFlipped) {
            let middle = body.readerIndex + body.readableBytes / 2
            let byte: UInt8 = body.getInteger(at: middle) ?? 0
            body.setInteger(byte ^ 0x10, at: middle)
        }
        try await send(body, of: vault, faults)
    }

    private static func substitute(for uid: Int64, _ faults: Set<SimulatorFault>) -> Int64 {
        for case .bodySwapped(let other) in faults { return other }
        return uid
    }

    private func finish(_ message: some Encodable) async throws {
        // Before the last frame goes out: the client may ask again as soon as it has it.
        gate.leave()
        try await send(message)
    }

    private func send(_ body: ByteBuffer, of vault: SimulatedVault, _ faults: Set<SimulatorFault>) async throws {
        var rest = body
        let size = body.readableBytes
        let pieceSize =
            faults.isDisjoint(with: [.bodyInOneFrame, .bodyFragmented]) ? simulator.configuration.pieceSize : size
        let pieces = (size + pieceSize - 1) / pieceSize
        try await send(PullAnswer(size: size, pieces: pieces, deleted: false))
        for number in 0..<pieces {
            if faults.contains(.bodyInterleaved) { try await interleave(vault) }
            guard var piece = rest.readSlice(length: min(pieceSize, rest.readableBytes)) else { return }
            if number == pieces / 2, faults.contains(.bodyCut) || faults.contains(.bodyStalled) {
                return try await sendHalf(of: piece, thenCuts: faults.contains(.bodyCut))
            }
            if number == pieces - 1 {
                if faults.contains(.bodyTruncated) { piece = piece.getSlice(at: piece.readerIndex, length: 1) ?? piece }
                if faults.contains(.bodyOverlong) { piece.writeInteger(0 as UInt8) }
                gate.leave()
            }
            simulator.count { $0.bytesServed += piece.readableBytes }
            if faults.contains(.bodyFragmented) {
                try await sendFragments(of: piece)
            } else {
                try await outbound.write(WebSocketFrame(fin: true, opcode: .binary, data: piece))
                if number == pieces - 1, faults.contains(.bodySurplus) {
                    try await outbound.write(WebSocketFrame(fin: true, opcode: .binary, data: piece))
                }
            }
        }
    }

    /// Sends a piece as one message of many fragments, with a ping before each.
    private func sendFragments(of piece: ByteBuffer) async throws {
        var rest = piece
        let size = max(1, piece.readableBytes / 7)
        var opcode = WebSocketOpcode.binary
        while let fragment = rest.readSlice(length: min(size, rest.readableBytes)), fragment.readableBytes > 0 {
            try await outbound.write(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: "ping")))
            try await outbound.write(WebSocketFrame(fin: rest.readableBytes == 0, opcode: opcode, data: fragment))
            opcode = .continuation
        }
    }

    /// Sends the first half of a piece as an unfinished message, and cuts the connection or leaves it there.
    private func sendHalf(of piece: ByteBuffer, thenCuts: Bool) async throws {
        let half = piece.getSlice(at: piece.readerIndex, length: piece.readableBytes / 2) ?? ByteBuffer()
        try await outbound.write(WebSocketFrame(fin: false, opcode: .binary, data: half))
        if thenCuts { await cut() }
    }

    private func interleave(_ vault: SimulatedVault) async throws {
        try await send(PongMessage())
        // A record that the client has seen already: it may come again at any time.
        if let record = vault.history.last { try await send(vault.wire(record)) }
    }
}
