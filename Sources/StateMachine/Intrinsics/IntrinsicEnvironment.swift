/// What intrinsic functions need from outside.
package struct IntrinsicEnvironment: Sendable {
    /// A number from 0 up to but not 1, for `States.MathRandom` and the jitter of retries.
    package var random: @Sendable () -> Double
    /// A version 4 UUID in lower case, for `States.UUID`.
    package var uuid: @Sendable () -> String
    /// The digest in lower-case hexadecimal, for `States.Hash`; `nil` when the algorithm is not known.
    ///
    /// Algorithms are `MD5`, `SHA-1`, `SHA-256`, `SHA-384` and `SHA-512`.
    package var hash: @Sendable (_ algorithm: String, _ bytes: [UInt8]) -> String?

    /// Gathers what intrinsic functions need.
    ///
    /// - Parameters:
    ///   - random: A number from 0 up to but not 1.
    ///   - uuid: A version 4 UUID in lower case.
    ///   - hash: The digest in lower-case hexadecimal, or `nil` for an unknown algorithm.
    package init(
        random: @escaping @Sendable () -> Double,
        uuid: @escaping @Sendable () -> String,
        hash: @escaping @Sendable (_ algorithm: String, _ bytes: [UInt8]) -> String?
    ) {
        self.random = random
        self.uuid = uuid
        self.hash = hash
    }
}
