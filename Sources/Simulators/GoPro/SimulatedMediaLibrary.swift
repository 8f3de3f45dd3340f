import Synchronization

/// A simulated account with its media and tokens. It may change while it is served.
package final class SimulatedMediaLibrary: Sendable {
    /// A file that a mirror has to hold.
    package struct ExpectedFile: Hashable, Sendable {
        /// Its path in the mirror.
        package var path: String
        /// Bytes.
        package var size: Int64
        /// What the bytes are.
        package var content: GeneratedBytes
    }

    struct State {
        /// Newest upload first.
        var media: [SimulatedMedium] = []
        var places: [String: Int] = [:]
        /// When each token ends that was given out, in seconds since 1970.
        var accessTokens: [String: Double] = [:]
        var refreshToken = "refresh-0"
        var tokensIssued = 0
    }

    /// The client's name, which is public.
    package static let clientID = "simulated-client"
    /// The client's secret, which is public.
    package static let clientSecret = "simulated-client-secret"
    /// The refresh token that a new library accepts.
    package static let firstRefreshToken = "refresh-0"

    private let state = Mutex(State())

    /// A library of these media.
    package init(_ media: [SimulatedMedium]) {
        state.withLock { $0.place(media) }
    }

    /// All media that are there, newest upload first.
    package var media: [SimulatedMedium] { state.withLock { $0.media.filter { !$0.isDeleted } } }

    /// All tokens that were given out.
    var allTokens: [String] {
        state.withLock { state in
            Array(state.accessTokens.keys) + (0...state.tokensIssued).map { "refresh-\($0)" }
        }
    }

    /// The refresh token that is accepted now.
    package var refreshToken: String { state.withLock { $0.refreshToken } }

    /// Adds a medium.
    package func add(_ medium: SimulatedMedium) {
        state.withLock { $0.place($0.media + [medium]) }
    }

    /// Changes a medium.
    package func change(_ id: String, _ body: (inout SimulatedMedium) -> Void) {
        state.withLock { state in
            guard let place = state.places[id] else { return }
            body(&state.media[place])
            state.place(state.media)
        }
    }

    /// Deletes a medium.
    package func delete(_ id: String) {
        change(id) { $0.isDeleted = true }
    }

    /// What a mirror of the library must hold.
    package func account(withSidecars: Bool = false) -> [ExpectedFile] {
        media.filter { $0.readiness == "ready" }.flatMap { medium in
            medium.files.indices.compactMap { index in
                let file = medium.files[index]
                guard file.isAvailable, let name = file.mirrorName else { return nil }
                return ExpectedFile(path: "\(medium.folder)/\(name)", size: file.size, content: medium.content(index))
            }
        }
    }

    /// Makes every access token invalid that was given out.
    package func revokeAccessTokens() {
        state.withLock { $0.accessTokens = [:] }
    }

    /// Gives out an access token as a browser's sign-in does: nothing renews it.
    ///
    /// - Parameter end: when it ends, in seconds since 1970.
    /// - Returns: the token.
    package func issueCapturedToken(until end: Double = .infinity) -> String {
        state.withLock { $0.issueAccessToken(until: end) }
    }

    func medium(_ id: String) -> SimulatedMedium? {
        state.withLock { state in
            state.places[id].map { state.media[$0] }.flatMap { $0.isDeleted ? nil : $0 }
        }
    }

    func accepts(_ token: String, at now: Double) -> Bool {
        state.withLock { $0.accessTokens[token].map { now < $0 } ?? false }
    }

    /// Exchanges a refresh token, which dies thereby.
    func refresh(_ token: String, until end: Double) -> (access: String, refresh: String)? {
        state.withLock { state in
            guard token == state.refreshToken else { return nil }
            let access = state.issueAccessToken(until: end)
            state.refreshToken = "refresh-\(state.tokensIssued)"
            return (access, state.refreshToken)
        }
    }
}

extension SimulatedMediaLibrary.State {
    mutating func place(_ media: [SimulatedMedium]) {
        self.media = media.sorted { ($0.created ?? 0, $0.id) > ($1.created ?? 0, $1.id) }
        places = Dictionary(self.media.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    mutating func issueAccessToken(until end: Double) -> String {
        tokensIssued += 1
        let token = "access-\(tokensIssued)"
        accessTokens[token] = end
        return token
    }
}
