import Clocks

/// One way to sign in: what somebody is asked for.
package struct SignInWay: Sendable {
    /// Whether an empty answer to the first question leads to the next way.
    package var isSkippable = false
    /// What is asked, in order.
    package let fields: [SecretField]
}

/// A field of the secret that somebody is asked for.
package struct SecretField: Sendable {
    /// What an answer has to be.
    package enum Form: Sendable {
        case text, address, time
    }

    /// Where the secret keeps it.
    package let path: [String]
    /// What is asked.
    package let question: String
    /// Whether it is shown while it is typed.
    package var isShown = true
    /// Whether it may be left out.
    package var isOptional = false
    /// What the answer has to be.
    package var form = Form.text

    /// Describes a field.
    package init(
        path: [String],
        question: String,
        isShown: Bool = true,
        isOptional: Bool = false,
        form: Form = .text
    ) {
        (self.path, self.question, self.isShown, self.isOptional, self.form) =
            (path, question, isShown, isOptional, form)
    }

    /// What is wrong with an answer; nil where nothing is.
    package func problem(with answer: String) -> String? {
        switch form {
        case .address where !answer.contains("@"): "that is no address"
        case .time where !answer.isEmpty && Timestamp(iso8601: answer) == nil:
            "a time is written like 2026-11-22T04:30:00Z"
        default: nil
        }
    }
}

/// How somebody gets a token out of a browser.
package struct CapturedToken: Sendable {
    /// What people should know before.
    package let terms: String
    /// The name of the cookie that holds it.
    package let cookie: String
    /// The host whose requests hold it.
    package let host: String
    /// Where the secret keeps its end.
    package let end: [String]
}
