package import AWSSigning
package import Logging
import Synchronization

package import struct FoundationEssentials.Date

/// Keeps a credential and fetches the next one before it expires.
///
/// One refresh runs at a time; it belongs to the caller that started it, the others wait. A refresh that fails
/// leaves the present credential in use while it lasts, and is tried again by a later caller. One that is
/// cancelled is taken over by a waiting caller. Keys that a service refuses are fetched anew, because somebody may have
/// written other ones meanwhile; when they are the same, that is not repeated for the length of the pause.
package actor RefreshingCredentialProvider: CredentialProvider {
    private enum Outcome: Sendable {
        case refreshed, abandoned, cancelled
        case failed(any Error)
    }

    private let base: any CredentialProvider
    private let now: @Sendable () -> Date
    private let window: Double
    private let pause: Double
    private var current: ExpiringCredential?
    private var isRefreshing = false
    private var pausedUntil: Date?
    private var refusedUntil: Date?
    private nonisolated let waiters = Mutex<[Int: CheckedContinuation<Outcome, Never>]>([:])
    private var nextWaiter = 0

    /// Makes a wrapper.
    ///
    /// - Parameters:
    ///   - base: where credentials come from.
    ///   - window: how long before the expiry the next one is fetched.
    ///   - pause: how long after a failed refresh the present credential is used without trying again.
    ///   - now: the time of day.
    package init(
        _ base: any CredentialProvider,
        window: Duration = .seconds(300),
        pause: Duration = .seconds(30),
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.base = base
        self.now = now
        self.window = window.seconds
        self.pause = pause.seconds
    }

    package nonisolated var name: String { base.name }

    package func credential(logger: Logger) async throws -> ExpiringCredential? {
        while true {
            try Task.checkCancellation()
            if let current, isGood(current) { return current }
            if !isRefreshing { return try await refresh(logger: logger) }
            switch await outcome() {
            case .refreshed, .abandoned: continue
            case .cancelled: throw CancellationError()
            case .failed(let error):
                if let current, isAlive(current) { return current }
                throw error
            }
        }
    }

    package func credential(insteadOf refused: Credential, logger: Logger) async throws -> ExpiringCredential? {
        if let current, current.credential != refused { return current }
        if let refusedUntil, now() < refusedUntil { return nil }
        if isRefreshing {
            // Somebody is fetching already.
            let found = try await credential(logger: logger)
            return found?.credential == refused ? nil : found
        }
        let found = try await refresh(logger: logger)
        guard found?.credential == refused else { return found }
        refusedUntil = now().addingTimeInterval(pause)
        return nil
    }

    private func refresh(logger: Logger) async throws -> ExpiringCredential? {
        isRefreshing = true
        do {
            current = try await base.credential(logger: logger)
            pausedUntil = nil
            finish(.refreshed)
            return current
        } catch is CancellationError {
            finish(.abandoned)
            throw CancellationError()
        } catch {
            if let current, isAlive(current) {
                logger.warning("credentials are not refreshed", metadata: ["error.type": "\(type(of: error))"])
                pausedUntil = now().addingTimeInterval(pause)
                finish(.refreshed)
                return current
            }
            finish(.failed(error))
            throw error
        }
    }

    private func finish(_ outcome: Outcome) {
        isRefreshing = false
        let resumed = waiters.withLock { waiting in
            defer { waiting.removeAll() }
            return Array(waiting.values)
        }
        for waiter in resumed { waiter.resume(returning: outcome) }
    }

    private func outcome() async -> Outcome {
        let id = nextWaiter
        nextWaiter += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters.withLock { $0[id] = continuation }
                // A cancellation that came before the line above found nobody to tell.
                if Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
    }

    private nonisolated func release(_ id: Int) {
        waiters.withLock { $0.removeValue(forKey: id) }?.resume(returning: .cancelled)
    }

    /// Whether it can be used without a refresh.
    private func isGood(_ credential: ExpiringCredential) -> Bool {
        guard let expiration = credential.expiration else { return true }
        let left = expiration.timeIntervalSince(now())
        if left > window { return true }
        guard left > 0, let pausedUntil else { return false }
        return now() < pausedUntil
    }

    private func isAlive(_ credential: ExpiringCredential) -> Bool {
        credential.expiration.map { $0 > now() } ?? true
    }
}
