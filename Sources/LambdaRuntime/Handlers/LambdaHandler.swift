/// A function that takes one decoded event and returns one value to encode.
///
/// One process handles one invocation at a time, but values of a handler are kept between invocations: what it
/// stores may be cached, never relied on.
package protocol LambdaHandler<Event, Output>: Sendable {
    /// What the event's JSON is decoded into.
    associatedtype Event: Decodable & Sendable
    /// What is encoded as the response's JSON.
    associatedtype Output: Encodable & Sendable

    /// Handles one event.
    ///
    /// - Parameters:
    ///   - event: the decoded event.
    ///   - context: what the platform said about the invocation, its deadline among them.
    /// - Returns: the value to answer with.
    /// - Throws: any error; it is reported as the invocation's failure and the process goes on to the next event.
    func handle(_ event: Event, context: LambdaContext) async throws -> Output
}

/// A ``LambdaHandler`` around a closure.
package struct ClosureHandler<Event: Decodable & Sendable, Output: Encodable & Sendable>: LambdaHandler {
    private let body: @Sendable (Event, LambdaContext) async throws -> Output

    /// Makes a handler of a closure.
    package init(body: @escaping @Sendable (Event, LambdaContext) async throws -> Output) {
        self.body = body
    }

    /// Calls the closure.
    ///
    /// - Throws: what the closure throws.
    package func handle(_ event: Event, context: LambdaContext) async throws -> Output {
        try await body(event, context)
    }
}
