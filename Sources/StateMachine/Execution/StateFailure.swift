/// The name by which Retry and Catch know an error.
package struct ErrorName: Hashable, Sendable, CustomStringConvertible {
    /// The name as it stands in a definition.
    package let rawValue: String

    /// Makes the name of any error, such as one that a function throws.
    package init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }

    /// Stands for every error but `States.Runtime` and `States.DataLimitExceeded`.
    package static let all = ErrorName("States.ALL")
    /// Stands for every error but time-outs and the two that `States.ALL` leaves out; also the name of a nameless one.
    package static let taskFailed = ErrorName("States.TaskFailed")
    /// A state took longer than it was given.
    package static let timeout = ErrorName("States.Timeout")
    /// The state could not be processed; never caught.
    package static let runtime = ErrorName("States.Runtime")
    /// A value is larger than Step Functions carries; caught only by its own name.
    package static let dataLimitExceeded = ErrorName("States.DataLimitExceeded")
    /// A result could not be put into the input.
    package static let resultPathMatchFailure = ErrorName("States.ResultPathMatchFailure")
    /// An intrinsic function refused its arguments.
    package static let intrinsicFailure = ErrorName("States.IntrinsicFailure")
    /// No rule of a Choice state held and there is no default.
    package static let noChoiceMatched = ErrorName("States.NoChoiceMatched")
    /// More iterations of a Map state failed than it tolerates.
    package static let exceedToleratedFailureThreshold = ErrorName("States.ExceedToleratedFailureThreshold")
}

/// Why a state failed.
struct StateFailure: Error, Equatable {
    let error: ErrorName
    let cause: String?

    init(error: ErrorName, cause: String?) {
        self.error = error
        self.cause = cause
    }

    /// What a catcher hands on.
    var output: JSONValue {
        .object(["Error": .string(error.rawValue), "Cause": .string(cause ?? "")])
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}

/// How a function or a started execution tells that it failed.
///
/// The error's name is what Retry and Catch match: for a Lambda function its error type.
package struct TaskFailure: Error, Equatable {
    /// The name of the error.
    package let error: String
    /// More about it: for a Lambda function the JSON text of its error answer.
    package let cause: String?

    /// Makes a failure.
    ///
    /// - Parameters:
    ///   - error: The name that Retry and Catch match.
    ///   - cause: More about it, or `nil`.
    package init(error: String, cause: String? = nil) {
        self.error = error
        self.cause = cause
    }
}
