import Logging

/// Sends a request again when its failure may pass.
struct RetryMiddleware<Next: AWSHandler>: AWSHandler {
    let policy: RetryPolicy
    let budget: RetryBudget
    let clock: CorrectedClock
    let environment: AWSEnvironment
    let next: Next

    func handle(_ request: AWSRequest, context: RequestContext) async throws -> AWSResponse {
        var context = context
        var lastCost = 0
        var clockWasCorrected = false
        while true {
            try checkDeadline(request, context)
            let failure: AWSError
            do {
                let response = try await next.handle(request, context: context)
                budget.succeeded(lastCost: lastCost)
                return response
            } catch let error as AWSError {
                failure = error
            }
            if failure.failureKind == .clockSkew, let offset = failure.clockOffset {
                if clockWasCorrected { throw failure }
                clock.correct(by: offset)
                clockWasCorrected = true
            }
            guard request.isRepeatable, let delay = delay(after: failure, context) else { throw failure }
            let cost = RetryBudget.cost(of: failure)
            guard budget.take(cost) else { throw failure }
            lastCost = cost
            context.logger.debug(
                "request is sent again",
                metadata: [
                    "service": "\(request.service.name)", "operation": "\(request.operation)",
                    "attempt": "\(context.attempt)", "error.type": "\(failure.code)",
                ]
            )
            if delay > .zero { try await environment.sleep(delay) }
            context.onRetry(context.attempt)
            context.attempt += 1
        }
    }

    private func delay(after failure: AWSError, _ context: RequestContext) -> Duration? {
        let decision = policy.decision(
            for: failure.failureKind,
            attempt: context.attempt,
            retryAfter: failure.retryAfter,
            remaining: context.remaining(environment.now()),
            random: environment.random()
        )
        switch decision {
        case .retry(let delay): return delay
        case .doNotRetry: return nil
        }
    }

    private func checkDeadline(_ request: AWSRequest, _ context: RequestContext) throws {
        try Task.checkCancellation()
        if let remaining = context.remaining(environment.now()), remaining <= .zero {
            throw AWSError(
                .deadlineExceeded,
                message: "the deadline has passed",
                service: request.service.name,
                operation: request.operation
            )
        }
    }
}
