/// A key or a text that a cipher does not take.
package struct CipherError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String, Sendable {
            case authenticationFailed, malformed, invalidKey, libraryFailed
        }

        private let value: Value

        /// The tag does not fit: another key, or other bytes than were sealed.
        package static let authenticationFailed = Code(value: .authenticationFailed)
        /// Too short, or not in the notation that is expected.
        package static let malformed = Code(value: .malformed)
        /// The key does not have the cipher's size.
        package static let invalidKey = Code(value: .invalidKey)
        /// The cryptographic library refused a call.
        package static let libraryFailed = Code(value: .libraryFailed)

        package var description: String { value.rawValue }
    }

    /// What went wrong.
    package let code: Code

    /// Makes an error.
    package init(_ code: Code) {
        self.code = code
    }

    package var description: String { "cryptography: \(code)" }
}
