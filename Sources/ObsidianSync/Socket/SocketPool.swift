import Logging
import NIOCore
import SyncCore

/// Opens sockets to one vault.
struct SocketOpener: Sendable {
    var client: WebSocketClient
    var endpoint: HostPolicy.Endpoint
    var opening: SocketRequest.Opening
    var timeouts: SocketTimeouts
    var backoff: ReconnectBackoff

    /// What its sockets are kept under.
    var label: SocketShelf.Label {
        .init(
            endpoint: endpoint,
            token: opening.token,
            vault: opening.vault,
            keyHash: opening.keyHash,
            encryptionVersion: opening.encryptionVersion
        )
    }

    /// Opens a socket whose listing is still to be read.
    ///
    /// - Throws: the error of a refused `init`; `SourceUnavailable` when no socket can be opened.
    func open() async throws -> SyncSocket {
        let deadline = NIODeadline.now() + TimeAmount(timeouts.opening)
        let breaks = backoff.count
        let connection: WebSocketClient.Connection
        do {
            connection = try await client.open(endpoint, by: deadline)
        } catch let error as SyncError where error.name == .sourceUnavailable {
            throw error.with(retryAfter: backoff.broke(openedAt: breaks))
        }
        let socket = SyncSocket(connection, answerTimeout: TimeAmount(timeouts.answer), backoff: backoff)
        do {
            try await socket.open(opening, by: deadline)
            return socket
        } catch {
            await socket.close()
            throw error
        }
    }

    /// Opens one more socket, for bodies only: its listing is as short as can be, and passed over.
    ///
    /// - Parameter version: the uid up to which everything is known.
    /// - Returns: a socket that is idle.
    /// - Throws: the error of a refused `init`; `SourceUnavailable` when no socket can be opened.
    func open(knownUpTo version: Int64) async throws -> SyncSocket {
        var opener = self
        opener.opening.version = version
        opener.opening.isInitial = false
        let socket = try await opener.open()
        do {
            _ = try await socket.skipListing()
            return socket
        } catch {
            await socket.close()
            throw error
        }
    }
}

/// How long the service may take.
package struct SocketTimeouts: Sendable {
    /// For connecting, TLS, the upgrade and the answer to `init` together.
    package var opening: Duration = .seconds(30)
    /// For an answer, and for the next bytes of a body.
    package var answer: Duration = .seconds(60)

    /// Takes the usual times.
    package init() {}
}

/// The sockets of an open vault: one, and more when more bodies are fetched at once, up to a limit.
///
/// A socket gives one body at a time. One that broke is replaced by a new one when the next body is asked for. Where the service
/// refuses a further socket, those that there are have to do, and whoever wants one waits for it.
actor SocketPool {
    private let opener: SocketOpener
    private let logger: Logger
    /// How many sockets there may be: what is set, or fewer where the service has refused one.
    private var limit: Int
    private let setLimit: Int
    private let shelf: SocketShelf
    /// The first socket, while nobody has read its listing.
    private var listing: SyncSocket?
    /// Whether no listing was read yet, for the vault was opened with a socket that an earlier batch has left.
    private var mayList = false
    private var servesBodies = false
    private var idle: [SyncSocket] = []
    private var leased = 0
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// The uid up to which the listing has told everything.
    private var known: Int64

    /// Opens the vault with a first socket: one that was left open, where what is known of the vault is known from before.
    init(_ opener: SocketOpener, limit: Int, shelf: SocketShelf, logger: Logger) async throws {
        self.opener = opener
        self.limit = limit
        self.shelf = shelf
        self.logger = logger
        setLimit = limit
        known = opener.opening.version
        if known > 0, let kept = await shelf.take(opener.label) {
            known = max(known, kept.known)
            idle = [kept.socket]
            mayList = true
            return
        }
        await shelf.clear()
        do {
            listing = try await opener.open()
        } catch let error as SyncError {
            Self.note(error, logger)
            throw error
        }
    }

    /// Leaves the sockets that nobody uses to the next batch, where this one has fetched bodies: after a listing, nothing more may
    /// be asked of the vault for long.
    func putAway() async {
        if servesBodies {
            for socket in idle where await socket.isIdle { await shelf.put(socket, known: known, opener.label) }
            idle = []
        }
        await close()
    }

    /// Closes all sockets that nobody uses.
    func close() async {
        for socket in idle + (listing.map { [$0] } ?? []) { await socket.close() }
        idle = []
        listing = nil
    }

    /// Gives out the socket with the listing, once.
    ///
    /// - Throws: `ProtocolChanged` when the listing was read before; what opening a socket throws.
    func leaseListing() async throws -> SyncSocket {
        if mayList {
            // The service may mind a second socket.
            await close()
            mayList = false
            listing = try await opener.open()
        }
        guard let socket = listing else { throw SyncError(.protocolChanged, "a listing can be read once") }
        listing = nil
        leased += 1
        return socket
    }

    /// Gives out a socket that a body can be asked of; a new one where there is none.
    ///
    /// - Throws: `Throttled` when the service gives no socket at all; `SourceUnavailable`; `CancellationError`.
    func lease() async throws -> SyncSocket {
        servesBodies = true
        guard leased < setLimit else {
            throw SyncError(.protocolChanged, "more bodies are fetched at once than there are sockets")
        }
        while true {
            while leased >= limit {
                try Task.checkCancellation()
                await waitForRoom()
            }
            leased += 1
            do {
                return try await socket()
            } catch let error as SyncError where isRefusal(error) && (leased > 1 || !idle.isEmpty) {
                leased -= 1
                // Never more than there are now, as long as this vault is open.
                limit = max(1, min(limit, leased))
                logger.notice("fewer sockets than set", metadata: [LogKey.cause: "\(error.message)"])
            } catch {
                leased -= 1
                makeRoom()
                if let error = error as? SyncError { Self.note(error, logger) }
                throw error
            }
        }
    }

    private func socket() async throws -> SyncSocket {
        while let socket = idle.popLast() {
            if await socket.isIdle { return socket }
            await socket.close()
        }
        if let socket = listing {
            listing = nil
            try await noteKnown(socket.skipListing())
            return socket
        }
        return try await opener.open(knownUpTo: known)
    }

    /// Takes a socket back. What is left unread of a body is thrown away, so that the next one can be asked for.
    func giveBack(_ socket: SyncSocket) async {
        // Where that fails, the socket is no longer idle, and is not used again.
        try? await socket.drain()
        if await socket.isIdle {
            opener.backoff.succeeded()
            idle.append(socket)
        } else {
            await socket.close()
        }
        leased -= 1
        makeRoom()
    }

    /// Notes how far a listing told everything.
    func noteKnown(_ version: Int64) {
        known = max(known, version)
    }

    /// Whether the service wants fewer sockets. Another one to the same vault is open, so it is nothing else that it minds.
    private func isRefusal(_ error: SyncError) -> Bool {
        error.name == .throttled || error.name == .protocolChanged
    }

    private static func note(_ error: SyncError, _ logger: Logger) {
        logger.warning(
            "no socket to a vault",
            metadata: [LogKey.errorType: "\(error.name.rawValue)", LogKey.cause: "\(error.message)"]
        )
    }

    /// Waits until a socket is given back. Whoever holds one gives it back, also when everything is cancelled.
    private func waitForRoom() async {
        await withCheckedContinuation { waiters.append($0) }
    }

    private func makeRoom() {
        if !waiters.isEmpty { waiters.removeFirst().resume() }
    }
}
