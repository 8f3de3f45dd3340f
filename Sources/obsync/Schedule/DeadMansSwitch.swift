import HTTPTransport
import Logging
import SyncCore

/// Tells somebody outside that runs go on, by the convention of healthchecks.io: `URL/start`, `URL` and `URL/fail`.
///
/// Nothing but the address is sent, and nothing that goes wrong with it fails a run.
struct DeadMansSwitch: Sendable {
    private static let timeout: Duration = .seconds(10)

    let address: String
    let executor: any HTTPExecutor
    let logger: Logger

    /// An address that can be called, without a slash at its end.
    ///
    /// - Throws: `InvalidInput`.
    static func checked(_ address: String) throws(SyncError) -> String {
        guard address.wholeMatch(of: /https?:\/\/[A-Za-z0-9.\[\]:-]+(\/[A-Za-z0-9._~%\/-]*)?/) != nil else {
            throw SyncError(.invalidInput, "--ping takes an address such as https://hc-ping.com/<id>")
        }
        return address.hasSuffix("/") ? String(address.dropLast()) : address
    }

    /// Runs `body` and tells its start and its end: a success when every vault is mirrored with nothing left to do, a
    /// failure when somebody has to do something. In between nothing is told: whoever is called notices when no success
    /// has come for too long. A run that finds its vaults at work tells nothing either.
    ///
    /// - Parameter body: a run.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    func around(_ body: () async throws -> Summary) async throws -> Summary {
        await call("/start")
        do {
            let summary = try await body()
            if summary.isComplete { await call("") } else if summary.needsPerson { await call("/fail") }
            return summary
        } catch let failed as FailedRun {
            if !Advice.mayPass(failed.error.name) { await call("/fail") }
            throw failed
        }
    }

    private func call(_ end: String) async {
        do {
            let answer = try await executor.execute(
                HTTPRequest(url: address + end),
                timeout: Self.timeout,
                logger: logger
            )
            _ = try? await answer.collect(upTo: 64 << 10)
            guard !(200..<300).contains(answer.status) else { return }
            logger.warning("dead man's switch not told", metadata: ["http.status": "\(answer.status)"])
        } catch {
            logger.warning("dead man's switch not told", metadata: [LogKey.errorType: "\(type(of: error))"])
        }
    }
}

extension Summary {
    /// Whether every vault was mirrored with nothing left to do.
    fileprivate var isComplete: Bool {
        success && !needsPerson && vaults.allSatisfy { $0.outcome == .mirrored }
    }

    /// Whether somebody has to do something, although the run came to its end.
    var needsPerson: Bool { notMirrored > 0 || attentionCount > 0 || vaults.contains { $0.withheld > 0 } }
}
