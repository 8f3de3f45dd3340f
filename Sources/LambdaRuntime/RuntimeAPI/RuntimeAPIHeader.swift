/// Names of the headers of the Lambda Runtime API, version 2018-06-01.
package enum RuntimeAPIHeader {
    /// The invocation's id.
    package static let requestID = "Lambda-Runtime-Aws-Request-Id"
    /// The invocation's deadline, Unix time in milliseconds.
    package static let deadline = "Lambda-Runtime-Deadline-Ms"
    /// The X-Ray trace header.
    package static let traceID = "Lambda-Runtime-Trace-Id"
    /// The ARN by which the function was invoked.
    package static let invokedFunctionARN = "Lambda-Runtime-Invoked-Function-Arn"
    /// The kind of failure, in error reports.
    package static let functionErrorType = "Lambda-Runtime-Function-Error-Type"
}
