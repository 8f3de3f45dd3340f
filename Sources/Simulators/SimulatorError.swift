/// What went wrong inside a simulator: a wrong use by a test, or a value that no vault can have.
///
/// What a simulator answers to a client is never thrown; it goes over the wire.
package struct SimulatorError: Error, Equatable, CustomStringConvertible {
    /// The kinds of failure; compared with `==`, open to additions.
    package struct Code: Sendable, Equatable {
        private enum Value {
            case noSuchPath
            case noSuchVault
            case invalidEncryptionVersion
            case invalidParameter
            case contentDiscarded
            case contentUnavailable
            case unknownFault
        }

        private let value: Value

        /// The vault has no live file or folder under that path.
        package static let noSuchPath = Code(value: .noSuchPath)
        /// The library has no vault of that id or name.
        package static let noSuchVault = Code(value: .noSuchVault)
        /// An encryption version other than 0, 2 and 3.
        package static let invalidEncryptionVersion = Code(value: .invalidEncryptionVersion)
        /// A fault that the simulator does not know.
        package static let unknownFault = Code(value: .unknownFault)
        /// A key, nonce or size that the ciphers do not take.
        package static let invalidParameter = Code(value: .invalidParameter)
        /// The content of an object was not kept.
        package static let contentDiscarded = Code(value: .contentDiscarded)
        /// The content of an object cannot be read or written.
        package static let contentUnavailable = Code(value: .contentUnavailable)
    }

    /// Which kind of failure.
    package let code: Code

    /// One sentence for people, without paths or secrets.
    package let message: String

    /// The message alone: it holds nothing private.
    package var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
