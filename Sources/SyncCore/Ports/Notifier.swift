package import Logging

/// Tells a person: an SNS topic, or the terminal. It throws when the notice could not be handed over.
package typealias Notifier = @Sendable (Notice, Logger) async throws -> Void

/// What a person is told, fit to be sent by mail.
package struct Notice: Hashable, Sendable {
    /// The most characters of a subject.
    private static let longestSubject = 100

    /// One line of at most 100 printable ASCII characters.
    package let subject: String
    /// Plain text of a few lines.
    package let body: String

    /// Makes a notice; what no subject can hold is left out of it.
    package init(subject: String, body: String) {
        let printable = subject.unicodeScalars.filter { (" "..."~").contains($0) }
        self.subject = String(String.UnicodeScalarView(printable.prefix(Self.longestSubject)))
        self.body = body
    }
}
