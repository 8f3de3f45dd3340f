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
            state.faults.takeFirst { fault in
                if case .openingRefused(let text) = fault { text } else { nil }
            }
        }
        if let refusal { return refuse(refusal) }
        return .success((vault, after: initial ? nil : version))
    }

    /// Sends the listing and `ready`.
    ///
    /// - Returns: The version that the listing reaches; nil when the connection was cut on the way.
    func list(_ vault: SimulatedVault, after: Int64?) async throws -> Int64? {
        let limit = simulator.state.withLock { state in
            state.faults.takeFirst { fault in
                if case .listingCut(let count) = fault { count } else { nil }
            }
        }
        var (records, version) = vault.listing(after: after)
        if simulator.configuration.listsNewestFirst { records.reverse() }
        if let limit { records = Array(records.prefix(limit)) }
        simulator.count { counters in
            if after == nil { counters.snapshots += 1 } else { counters.incrementalListings += 1 }
            counters.recordsListed += records.count
        }
        var rest = records[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(Self.recordsPerWrite)
            rest = rest.dropFirst(chunk.count)
            try await outbound.write(contentsOf: try chunk.map { try Self.text(vault.wire($0)) })
        }
        guard limit == nil else {
            await cut()
            return nil
        }
        try await send(ReadyMessage(version: version))
        return version
    }
}
