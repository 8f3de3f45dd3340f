/// A failure of the runtime itself, as opposed to one of a handler.
package struct LambdaRuntimeError: Error, Equatable, CustomStringConvertible {
    /// The kind of failure.
    package struct Code: Equatable, Sendable {
        private enum Value: String {
            case invalidInput, startUpFailed, invalidConfiguration, runtimeAPI, outputTooLarge
        }
        private let value: Value

        /// The event does not decode; the message names the field.
        package static let invalidInput = Code(value: .invalidInput)
        /// The handler could not be made.
        package static let startUpFailed = Code(value: .startUpFailed)
        /// An environment variable has a value that cannot be used; the message names the variable.
        package static let invalidConfiguration = Code(value: .invalidConfiguration)
        /// The Runtime API did not answer, or not as specified.
        package static let runtimeAPI = Code(value: .runtimeAPI)
        /// The handler's output exceeds ``LambdaLimits/responseBytes``.
        package static let outputTooLarge = Code(value: .outputTooLarge)

        /// The `errorType` under which the code is reported.
        package var errorType: String {
            switch value {
            case .invalidInput: "InvalidInput"
            case .startUpFailed: "Runtime.InitError"
            case .invalidConfiguration: "InvalidConfiguration"
            case .runtimeAPI: "Runtime.APIError"
            case .outputTooLarge: "Function.ResponseSizeTooLarge"
            }
        }
    }

    /// The kind of failure.
    package let code: Code
    /// One sentence without values from outside.
    package let message: String
    /// What was reported to the platform, when it differs from code and message.
    package let context: LambdaErrorReport?

    /// Makes an error.
    package init(_ code: Code, _ message: String, context: LambdaErrorReport? = nil) {
        self.code = code
        self.message = message
        self.context = context
    }

    /// The report of this error.
    package var report: LambdaErrorReport {
        context ?? LambdaErrorReport(errorType: code.errorType, errorMessage: message)
    }

    /// The kind and the message.
    package var description: String { "\(code.errorType): \(message)" }
}
