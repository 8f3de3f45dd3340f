/// The answers to a request that comes in pages, fetched one at a time as they are asked for.
package struct PaginatorSequence<Input: Sendable, Output: Sendable>: AsyncSequence, Sendable {
    package typealias Element = Output
    package typealias Failure = any Error

    let input: Input
    let call: @Sendable (Input) async throws -> Output
    /// The request for the page after this one; nil after the last.
    let following: @Sendable (Input, Output) throws -> Input?

    package func makeAsyncIterator() -> Iterator {
        Iterator(input: input, call: call, following: following)
    }

    /// Fetches the pages.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var input: Input?
        fileprivate let call: @Sendable (Input) async throws -> Output
        fileprivate let following: @Sendable (Input, Output) throws -> Input?

        package mutating func next() async throws -> Output? {
            guard let current = input else { return nil }
            try Task.checkCancellation()
            let output = try await call(current)
            input = try following(current, output)
            return output
        }
    }
}
