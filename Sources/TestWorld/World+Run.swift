import Authenticating
import Downloading
package import Listing
package import SyncCore
package import TestSupport
package import Testing

extension World {
    /// How a run ended.
    package struct Outcome: Sendable {
        /// Where the state machine goes.
        package var next: ListOutput.Next
        /// What the lister says of the run.
        package var summary: Summary?
        /// How many pages were handed out.
        package var pages: Int
        /// How many executions came after the first.
        package var generations: Int
    }

    /// Runs to the end, as the state machine does: transient errors are tried again, a refused token goes back to the
    /// authenticator, what a downloader throws stops nobody else. At its end all invariants hold.
    @discardableResult
    package func run(
        _ run: RunID = .first,
        _ request: String = "{}",
        attempts: Int = 3,
        redrives: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Outcome {
        do {
            let outcome = try await runToTheEnd(run, request, attempts: attempts, redrives: redrives)
            try await expectInvariants(after: run, sourceLocation)
            return outcome
        } catch let error as SyncError where error.name == .partialFailure {
            try await expectInvariants(after: run, sourceLocation)
            throw error
        }
    }

    private func runToTheEnd(
        _ run: RunID,
        _ request: String,
        attempts: Int,
        redrives: Int?
    ) async throws -> Outcome {
        var input: ListInput
        if let redrives, redrives > 0, let last = lastInputs[run] {
            input = last
            input.redrives = redrives
        } else {
            input = try await enter(run, request, attempts, redrives)
        }
        var pages = 0
        var generations = 0
        while true {
            lastInputs[run] = input
            let output: ListOutput
            do {
                output = try await retrying(attempts) { [input] in try await list(input) }
            } catch let error as SyncError where error.name == .tokenExpired {
                _ = try await retrying(attempts) { try await authenticate("{}", as: run) }
                continue
            }
            input.cursor = output.cursor
            switch output.next {
            case .done, .busy:
                return Outcome(next: output.next, summary: output.summary, pages: pages, generations: generations)
            case .continue:
                generations += 1
            case .work:
                pages += 1
                for batch in output.batches { await workOff(batch, of: run, input.request, attempts) }
            }
            guard pages < 1000 else { throw SyncError(.protocolChanged, "the run does not end") }
        }
    }

    private func enter(_ run: RunID, _ request: String, _ attempts: Int, _ redrives: Int?) async throws -> ListInput {
        let output = try await retrying(attempts) { try await authenticate(request, as: run) }
        return ListInput(run: output.run, request: output.request, redrives: redrives)
    }

    private func authenticate(_ request: String, as run: RunID) async throws -> AuthenticateOutput {
        try await authenticate("{\"execution\": \"\(run)\", \"input\": \(request)}")
    }

    private func workOff(_ batch: BatchReference, of run: RunID, _ request: SyncRequest, _ attempts: Int) async {
        do {
            while try await retrying(attempts, { try await download(batch, of: run, request) }).status == .partial {}
        } catch {
            // One batch never stops the others: the lister finds out by the receipts.
        }
    }

    private func retrying<Result>(_ attempts: Int, _ body: () async throws -> Result) async throws -> Result {
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch let error as SyncError where error.isRetryable && attempt < attempts {
                attempt += 1
            }
        }
    }
}

extension World {
    /// What the checker of invariants looks at once a run is over.
    package func evidence(after run: RunID) async throws -> MirrorEvidence {
        var evidence = MirrorEvidence(
            records: records,
            mirror: mirror,
            state: state,
            vaults: try await MirrorEvidence.WatchedVault.all(of: library, in: records),
            makeHasher: { FingerprintHasher() },
            clock: clock
        )
        let records = records
        evidence.leaseOwner = { vault in records.lease(on: vault).flatMap { $0.owner == run ? run : nil } }
        evidence.keepsDeleted = listing.deletions == .keep
        evidence.excused = excused
        evidence.told = tellings.take()
        evidence.secrets = library.privateTexts
        return evidence
    }

    /// Has the checker look at everything.
    package func expectInvariants(after run: RunID, _ sourceLocation: SourceLocation) async throws {
        for violation in try await MirrorInvariants.violations(of: try await evidence(after: run)) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
    }
}
