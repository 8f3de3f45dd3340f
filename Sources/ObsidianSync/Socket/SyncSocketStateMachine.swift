import SyncCore

/// The conversation on one socket: `init`, the listing, then one `pull` at a time. It does no I/O.
///
/// There are no request ids: at most one request is outstanding, and what comes in is understood by what was asked.
/// Records of changes and pongs may come at any moment.
struct SyncSocketStateMachine {
    private enum State: Equatable {
        /// `init` was sent.
        case awaitingInit
        /// Records are coming, up to `ready`.
        case listing
        /// Nothing is outstanding.
        case idle
        /// Nothing is asked any more; a change is waited for.
        case watching
        /// `pull` was sent.
        case awaitingBody
        /// Binary frames are coming.
        case receiving(pieces: Int64, bytes: Int64)
        /// Something broke the protocol.
        case failed
    }

    /// What the driver does with what came in.
    enum Action: Equatable {
        /// Go on reading.
        case ignore
        /// `init` is accepted; the listing follows.
        case accepted
        /// One record of the listing.
        case record(SocketMessage)
        /// The listing has ended.
        case ready(version: Int64)
        /// The body that was asked for follows: so many bytes, enciphered.
        case body(size: Int64)
        /// The version that was asked for has no content.
        case gone
        /// A change was made while it was waited for.
        case changed
        /// Bytes of the body; `isLast` with the last ones.
        case bytes(isLast: Bool)
        /// Bytes that belong to the body before, which was complete.
        case surplus
        /// The request that was outstanding failed; the socket can go on being used.
        case refused(String)
    }

    private var state = State.awaitingInit
    /// Whether a body has come on this socket: what follows it without having been announced was meant for it.
    private var hasReceivedBody = false

    /// Whether a request can be sent.
    var isIdle: Bool { state == .idle }

    /// A `pull` goes out.
    mutating func pull() {
        precondition(state == .idle, "one request at a time")
        state = .awaitingBody
    }

    /// From now on a change is waited for.
    mutating func watch() {
        precondition(state == .idle, "nothing is outstanding while a change is waited for")
        state = .watching
    }

    /// A text frame came in.
    ///
    /// - Throws: the error of a refused `init`; `ProtocolChanged` for what cannot stand at this point.
    mutating func received(_ message: SocketMessage) throws(SyncError) -> Action {
        if message.op == "pong" { return .ignore }
        switch state {
        case .awaitingInit:
            if let text = message.errorText {
                state = .failed
                throw ServiceText.error(text)
            }
            guard message.res == "ok" else { throw unexpected("the answer to init") }
            state = .listing
            return .accepted
        case .listing:
            if message.op == "push" { return .record(message) }
            guard message.op == "ready", let version = message.version else { throw unexpected("the listing") }
            state = .idle
            return .ready(version: version)
        case .idle:
            // A change that some device has just made: the next listing will name it.
            if message.op == "push" || message.op == "ready" { return .ignore }
            throw unexpected("a pause")
        case .watching:
            return message.op == "push" ? .changed : .ignore
        case .awaitingBody:
            if message.op == "push" { return .ignore }
            return try answered(message)
        case .receiving:
            if message.op == "push" { return .ignore }
            throw unexpected("a body")
        case .failed:
            return .ignore
        }
    }

    private mutating func answered(_ message: SocketMessage) throws(SyncError) -> Action {
        if let text = message.errorText {
            state = .idle
            return .refused(text)
        }
        if message.deleted == true {
            state = .idle
            return .gone
        }
        guard let size = message.size, let pieces = message.pieces, (0...(1 << 40)).contains(size),
            (0...size).contains(pieces), (size == 0) == (pieces == 0)
        else { throw unexpected("the answer to pull") }
        hasReceivedBody = true
        state = pieces == 0 ? .idle : .receiving(pieces: pieces, bytes: size)
        return .body(size: size)
    }

    /// A binary frame, or a part of one, came in.
    ///
    /// - Parameters:
    ///   - count: its bytes.
    ///   - isFinal: whether it ends a message, which is a piece.
    /// - Returns: what to do with the bytes.
    /// - Throws: `ProtocolChanged` for bytes that nobody asked for, and for pieces that are longer or shorter than was
    ///   announced.
    mutating func received(bytes count: Int, isFinal: Bool) throws(SyncError) -> Action {
        switch state {
        case .receiving(let pieces, let bytes):
            let left = bytes - Int64(count)
            let piecesLeft = isFinal ? pieces - 1 : pieces
            guard left >= 0, piecesLeft > 0 ? left >= 0 : left == 0 else { throw unexpected("a body") }
            state = piecesLeft == 0 ? .idle : .receiving(pieces: piecesLeft, bytes: left)
            return .bytes(isLast: piecesLeft == 0)
        case .listing, .watching, .failed:
            return .ignore
        case .idle where hasReceivedBody, .awaitingBody where hasReceivedBody:
            return .surplus
        case .awaitingInit, .idle, .awaitingBody:
            throw unexpected("a pause")
        }
    }

    private mutating func unexpected(_ place: String) -> SyncError {
        state = .failed
        return SyncError(.protocolChanged, "Obsidian sent something else than \(place) allows")
    }
}
