/// One state of a definition, decoded.
struct State: Hashable, Sendable {
    /// What a state does; the steps of its data flow, which most types have in common, are fields of `State`.
    indirect enum Behaviour: Hashable, Sendable {
        case pass(result: JSONValue?)
        case task(TaskDefinition)
        case choice([ChoiceRule], fallback: String?)
        case wait(WaitDefinition)
        case succeed
        case fail(FailDefinition)
        case parallel([StateGraph])
        case map(MapDefinition)
    }

    let name: String
    let behaviour: Behaviour
    /// `nil` where the definition says `null`: the effective input is then an empty object.
    var inputPath: JSONPath? = .whole
    var parameters: PayloadTemplate?
    var resultSelector: PayloadTemplate?
    /// `nil` where the definition says `null`: the result is then dropped.
    var resultPath: ReferencePath? = .whole
    /// `nil` where the definition says `null`: the output is then an empty object.
    var outputPath: JSONPath? = .whole
    var assign: PayloadTemplate?
    var retriers: [Retrier] = []
    var catchers: [Catcher] = []
    /// Where the execution goes next; `nil` at an end.
    var next: String?

    /// All states that this one may lead to, in the order of the definition.
    var successors: [String] {
        var names = [next].compactMap(\.self)
        if case .choice(let rules, let fallback) = behaviour {
            names += rules.map(\.next) + [fallback].compactMap(\.self)
        }
        return names + catchers.map(\.next)
    }
}

/// States that lead from one to another: a machine, a branch, or what a Map state does with each item.
struct StateGraph: Hashable, Sendable {
    let startAt: String
    /// The states in the order of the definition.
    let states: [State]

    subscript(name: String) -> State? { states.first { $0.name.isIdentical(to: name) } }
}

/// A whole number, or where to find one.
enum IntegerSource: Hashable, Sendable {
    case literal(Int64)
    case path(JSONPath)
}

/// A number that may have a fraction, or where to find one.
enum NumberSource: Hashable, Sendable {
    case literal(Double)
    case path(JSONPath)
}

/// What a Task state calls.
struct TaskDefinition: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        /// A function named by the resource itself; the state's input is its event.
        case function(FunctionReference)
        /// The Lambda integration; the parameters name the function.
        case lambdaInvoke
        /// The Step Functions integration.
        case startExecution(waits: Bool)
    }

    let resource: String
    let target: Target
    let timeout: IntegerSource?
    /// Checked when it is loaded, but without effect: only callbacks and activities send heartbeats.
    let heartbeat: IntegerSource?
}

/// How long a Wait state waits.
enum WaitDefinition: Hashable, Sendable {
    case seconds(IntegerSource)
    case timestamp(Timestamp)
    case timestampPath(JSONPath)
}

/// What a Fail state reports.
struct FailDefinition: Hashable, Sendable {
    enum Text: Hashable, Sendable {
        case literal(String)
        case expression(Expression)
    }

    let error: Text?
    let cause: Text?
}

/// What a Map state does with its items.
struct MapDefinition: Hashable, Sendable {
    /// How many iterations run at once where the definition sets no limit, as an inline Map of the service has it.
    static let defaultConcurrency = 40

    let processor: StateGraph
    let itemsPath: JSONPath
    /// What each iteration gets; the item itself when it is `nil`.
    let itemSelector: PayloadTemplate?
    let maxConcurrency: IntegerSource?
    let toleratedFailureCount: IntegerSource?
    let toleratedFailurePercentage: NumberSource?
}

/// When and how often a state is tried again.
struct Retrier: Hashable, Sendable {
    enum Jitter: String, Sendable {
        case none = "NONE"
        case full = "FULL"
    }

    let errors: [ErrorName]
    var intervalSeconds: Int64 = 1
    var maxAttempts: Int64 = 3
    var backoffRate: Double = 2
    var maxDelaySeconds: Int64?
    var jitter = Jitter.none

    /// How long to wait before the attempt after this many retries.
    ///
    /// - Parameters:
    ///   - retries: How often this retrier was used before.
    ///   - random: A number from 0 up to but not 1, used for full jitter.
    /// - Returns: The time to wait.
    func delay(after retries: Int64, random: () -> Double) -> Duration {
        let limit = Double(maxDelaySeconds ?? 31_622_400)
        var seconds = Double(intervalSeconds)
        var count: Int64 = 0
        while count < retries, seconds < limit, backoffRate > 1 {
            seconds *= backoffRate
            count += 1
        }
        seconds = min(seconds, limit)
        return .seconds(jitter == .full ? seconds * random() : seconds)
    }
}

/// Where an execution goes on after an error.
struct Catcher: Hashable, Sendable {
    let errors: [ErrorName]
    let next: String
    let resultPath: ReferencePath?
    let assign: PayloadTemplate?
}

extension ErrorName {
    /// Whether a name in `ErrorEquals` stands for an error.
    ///
    /// `States.Runtime` is matched by nothing, `States.DataLimitExceeded` by its own name only.
    func matches(_ error: ErrorName) -> Bool {
        if error == .runtime { return false }
        if self == error { return true }
        if error == .dataLimitExceeded { return false }
        return self == .all || (self == .taskFailed && error != .timeout)
    }
}
