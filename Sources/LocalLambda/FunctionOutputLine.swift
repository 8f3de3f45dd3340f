/// A line that a function's process wrote.
package struct FunctionOutputLine: Equatable, Sendable {
    /// Where it was written.
    package enum Stream: Equatable, Sendable {
        /// Standard output.
        case standardOutput
        /// Standard error, where functions log.
        case standardError
    }

    /// The function's name.
    package let function: String
    /// Where it was written.
    package let stream: Stream
    /// The line without its line feed.
    package let text: String
}
