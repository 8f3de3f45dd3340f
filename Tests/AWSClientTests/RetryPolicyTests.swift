import Testing

@testable import AWSClient

@Suite("RetryPolicy")
struct RetryPolicyTests {
    private let policy = RetryPolicy(
        maxAttempts: 4,
        baseDelay: .milliseconds(100),
        throttlingBaseDelay: .seconds(1),
        maxDelay: .seconds(3)
    )

    @Test(
        "the wait is drawn from a bound that doubles up to its limit",
        arguments: [
            (FailureKind.transient, 1, Duration.milliseconds(50)), (.transient, 2, .milliseconds(100)),
            (.transient, 3, .milliseconds(200)), (.throttling, 1, .milliseconds(500)),
            (.throttling, 2, .seconds(1)), (.throttling, 3, .milliseconds(1500)), (.clockSkew, 1, .zero),
        ]
    )
    func jitter(_ kind: FailureKind, _ attempt: Int, _ expected: Duration) {
        #expect(policy.decision(for: kind, attempt: attempt, random: 0.5) == .retry(after: expected))
    }

    @Test("chance spans the whole interval and never leaves it")
    func chance() {
        #expect(policy.decision(for: .throttling, attempt: 1, random: 0) == .retry(after: .zero))
        #expect(policy.decision(for: .throttling, attempt: 1, random: 9) == .retry(after: .seconds(1)))
        #expect(
            RetryPolicy(maxAttempts: .max).decision(for: .transient, attempt: 10_000, random: 1)
                == .retry(after: .seconds(20))
        )
    }

    @Test("what is permanent, or was tried often enough, is not tried again")
    func noRetry() {
        #expect(policy.decision(for: .permanent, attempt: 1, random: 0) == .doNotRetry(.permanent))
        #expect(policy.decision(for: .transient, attempt: 4, random: 0) == .doNotRetry(.attemptsExhausted))
        #expect(RetryPolicy.never.decision(for: .transient, attempt: 1, random: 0) == .doNotRetry(.attemptsExhausted))
    }

    @Test("a service that says how long to wait is obeyed, within reason")
    func retryAfter() {
        #expect(
            policy.decision(for: .throttling, attempt: 1, retryAfter: .seconds(9), random: 1)
                == .retry(after: .seconds(9))
        )
        #expect(
            policy.decision(for: .throttling, attempt: 1, retryAfter: .milliseconds(1), random: 1)
                == .retry(after: .seconds(1))
        )
        #expect(
            policy.decision(for: .throttling, attempt: 1, retryAfter: .seconds(61), random: 1)
                == .doNotRetry(.retryAfterTooLong)
        )
    }

    @Test("no wait goes beyond the deadline")
    func deadline() {
        #expect(
            policy.decision(for: .throttling, attempt: 1, remaining: .seconds(1), random: 1)
                == .doNotRetry(.deadlineTooClose)
        )
        #expect(
            policy.decision(for: .throttling, attempt: 1, remaining: .seconds(2), random: 1)
                == .retry(after: .seconds(1))
        )
    }
}
