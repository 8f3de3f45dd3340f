@testable import SyncCore

extension World {
    /// How a run ended.
    struct Outcome: Sendable {
        var next: ListOutput.Next
        var summary: Summary?
        var pages: Int
        var generations: Int
    }

    /// Runs to the end, as the state machine does: transient errors are tried again, a refused token goes back to the
    /// authenticator, what a downloader throws stops nobody else.
    @discardableResult
    func run(
        _ run: RunID = .first,
        _ request: String = "{}",
        attempts: Int = 3,
        redrives: Int? = nil
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
