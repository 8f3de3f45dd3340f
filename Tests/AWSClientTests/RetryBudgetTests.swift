import Testing

@testable import AWSClient

@Suite("RetryBudget")
struct RetryBudgetTests {
    @Test("retries drain it and successes fill it up to its capacity")
    func drainAndFill() {
        let budget = RetryBudget(capacity: 12)
        #expect(budget.take(5))
        #expect(budget.take(5))
        #expect(!budget.take(5))
        #expect(budget.available == 2)
        budget.succeeded(lastCost: 0)
        #expect(budget.available == 3)
        budget.succeeded(lastCost: 5)
        #expect(budget.take(5))
        for _ in 0..<50 { budget.succeeded(lastCost: 5) }
        #expect(budget.available == 12)
    }

    @Test("no answer costs more than a bad one")
    func cost() {
        #expect(RetryBudget.cost(of: AWSError(.timedOut, message: "")) == 10)
        #expect(RetryBudget.cost(of: AWSError(.connectionFailed, message: "")) == 10)
        #expect(RetryBudget.cost(of: AWSError(AWSErrorCode(rawValue: "SlowDown"), message: "")) == 5)
        #expect(RetryBudget.cost(of: AWSError(.noSuchKey, message: "")) == 0)
    }
}
