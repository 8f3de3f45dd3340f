/// An invocation that did not reach its function, as the Lambda service tells it.
package struct LocalLambdaError: Error, Equatable, CustomStringConvertible {
    /// The kind of refusal.
    package struct Code: Equatable, Sendable {
        /// The exception's name on the wire.
        package let name: String
        /// The HTTP status that goes with it.
        package let status: Int

        /// No function of that name.
        package static let functionNotFound = Code(name: "ResourceNotFoundException", status: 404)
        /// The function already runs as many invocations as it may.
        package static let tooManyRequests = Code(name: "TooManyRequestsException", status: 429)
        /// The payload is larger than 6 MiB.
        package static let requestTooLarge = Code(name: "RequestTooLargeException", status: 413)
        /// The payload is not JSON.
        package static let invalidRequestContent = Code(name: "InvalidRequestContentException", status: 400)
        /// A header has a value that is not known.
        package static let invalidParameter = Code(name: "InvalidParameterValueException", status: 400)
        /// The request is none of the API's operations.
        package static let unknownOperation = Code(name: "UnknownOperationException", status: 404)
        /// The local service is ending.
        package static let stopped = Code(name: "ServiceException", status: 500)
    }

    /// The kind of refusal.
    package let code: Code
    /// One sentence.
    package let message: String

    /// Whether the same call may succeed later.
    package var isRetryable: Bool { code == .tooManyRequests }

    /// The kind and the message.
    package var description: String { "\(code.name): \(message)" }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
