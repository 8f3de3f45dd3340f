import NIOCore
import NIOWebSocket
import Synchronization

extension SocketConnection {
    private static let recordsPerWrite = 64

    /// Checks an `init` and answers it; nil when it was refused.
    ///
    /// - Returns: The vault, and the uid after which to list; nil for a snapshot.
    func open(_ request: SocketRequest?) async throws -> (SimulatedVault, after: Int64?)? {
        if simulator.takeFault(.pongBeforeOpening) { try await send(PongMessage()) }
        if simulator.takeFault(.openingStalled) { try await Task.sleep(for: .seconds(3600)) }
        if simulator.takeFault(.openingGarbled) {
            try await outbound.write(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: "<html>")))
            return nil
        }
        switch check(request) {
        case .failure(let refusal):
            try await send(simulator.configuration.openingErrorForm.message(refusal.text))
            return nil
        case .success(let opening):
            try await send(OpeningAnswer())
            return opening
        }
    }

    private struct Refusal: Error {
        let text: String
    }

    private func check(_ request: SocketRequest?) -> Result<(SimulatedVault, after: Int64?), Refusal> {
        func refuse(_ text: String) -> Result<(SimulatedVault, after: Int64?), Refusal> {
            .failure(Refusal(text: text))
        }
        guard let request, request.op == "init", let version = request.version, let initial = request.initial else {
            return refuse("Invalid init message")
        }
        guard simulator.accepts(token: request.token) else { return refuse("Not logged in") }
        guard let id = request.id, let vault = simulator.library.vault(id: id) else {
            return refuse("Vault not found.")
        }
        guard simulator.library.hasSubscription else {
            return refuse("Your subscription to Obsidian Sync has expired.")
        }
        guard request.keyHash == vault.keyHash else { return refuse("Wrong vault key, please try again.") }
        guard request.encryptionVersion == vault.configuration.encryptionVersion else {
            return refuse("Encryption version does not match.")
        }
        let refusal = simulator.state.withLock { state in
            let open = state.counters.socketsOpen
            return state.faults.takeFirst { fault in
                switch fault {
                case .openingRefused(let text): text
                case .socketsLimited(let limit) where open > limit: "Too many connections"
                default: nil
                }
            }
        }
        if let refusal { return refuse(refusal) }
        return .success((vault, after: initial ? nil : version))
    }

    /// Sends the listing and `ready`.
    ///
    /// - Returns: The version that the listing reaches; nil when the connection was cut on the way.
    func list(_ vault: SimulatedVault, after: Int64?) async throws -> Int64? {
        let limit = listingLimit()
        let (records, version) = listing(of: vault, after: after)
        simulator.count { counters in
            if after == nil { counters.snapshots += 1 } else { counters.incrementalListings += 1 }
            counters.recordsListed += records.count
        }
        var rest = records.prefix(limit?.records ?? .max)
        let isLoose = simulator.takeFault(.recordsLoose)
        while !rest.isEmpty {
            let chunk = rest.prefix(Self.recordsPerWrite)
            rest = rest.dropFirst(chunk.count)
            let frames = try chunk.map { record in
                let wire = try wire(record, of: vault)
                return isLoose ? try Self.text(LooseWireRecord(wire)) : try Self.text(wire)
            }
            try await outbound.write(contentsOf: frames)
        }
        if simulator.takeFault(.listingWithBinary) {
            try await outbound.write(WebSocketFrame(fin: true, opcode: .binary, data: ByteBuffer(bytes: [1, 2, 3])))
        }
        if let limit {
            if limit.stalls { try await Task.sleep(for: .seconds(3600)) }
            await cut()
            return nil
        }
        let stated = simulator.state.withLock { state in
            state.faults.takeFirst { if case .readyVersion(let version) = $0 { version } else { nil } }
        }
        try await send(ReadyMessage(version: stated ?? version))
        return version
    }

    private func listingLimit() -> (records: Int, stalls: Bool)? {
        simulator.state.withLock { state in
            state.faults.takeFirst { fault in
                switch fault {
                case .listingCut(let count): (count, false)
                case .listingStalled(let count): (count, true)
                default: nil
                }
            }
        }
    }

    /// What is listed, in the order in which it is sent.
    private func listing(of vault: SimulatedVault, after: Int64?) -> (records: [SimulatedRecord], version: Int64) {
        var (records, version) = vault.listing(after: after)
        if after == nil, simulator.takeFault(.listingWithHistory) { (records, version) = vault.listing(after: 0) }
        if after != nil, simulator.takeFault(.listingNewestOnly) {
            var seen: Set<[UInt8]> = []
            records = records.reversed().filter { seen.insert(Array($0.path.utf8)).inserted }.reversed()
        }
        if simulator.configuration.listsNewestFirst { records.reverse() }
        if simulator.takeFault(.listingRepeated) { records += records }
        if simulator.takeFault(.listingShuffled) {
            func scattered(_ record: SimulatedRecord) -> UInt64 {
                UInt64(bitPattern: record.uid) &* 0x9E37_79B9_7F4A_7C15
            }
            records.sort { scattered($0) < scattered($1) }
        }
        return (records, version)
    }

    private func wire(_ record: SimulatedRecord, of vault: SimulatedVault) throws -> WireRecord {
        var wire = try vault.wire(record)
        let (path, hash) = simulator.state.withLock { state in
            (state.faults.take(.pathGarbled, uid: record.uid), state.faults.take(.hashGarbled, uid: record.uid))
        }
        if path { wire.path = Self.garbled(wire.path) }
        if hash { wire.hash = Self.garbled(wire.hash) }
        return wire
    }

    /// The same field with other digits at its end: its tag no longer fits.
    private static func garbled(_ field: String) -> String {
        String(field.dropLast(2)) + (field.hasSuffix("00") ? "ff" : "00")
    }
}
