import LambdaRuntime
package import NIOCore

/// The answer to one invocation.
package struct LocalInvocationResult: Equatable, Sendable {
    /// The invocation's id.
    package let requestID: String
    /// The response, or the error's JSON when the function failed.
    package let payload: ByteBuffer
    /// Whether the function failed: by its own report, its time-out or its end.
    package let isFunctionError: Bool

    static func response(_ payload: ByteBuffer, for requestID: String) -> LocalInvocationResult {
        LocalInvocationResult(requestID: requestID, payload: payload, isFunctionError: false)
    }

    static func failure(_ report: LambdaErrorReport, for requestID: String) -> LocalInvocationResult {
        LocalInvocationResult(requestID: requestID, payload: report.json(), isFunctionError: true)
    }
}
