/// Payload limits of a synchronous invocation, as AWS Lambda enforces them.
package enum LambdaLimits {
    /// The largest event in bytes (6 MiB).
    package static let requestBytes = 6_291_456
    /// The largest response in bytes (6 MiB and 100 bytes, the number the service names in its own message).
    package static let responseBytes = 6_291_556
}
