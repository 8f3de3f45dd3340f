import Clocks
import Logging
import Pipeline
import StateMachine
import SyncCore

/// One line that a function has said, or that Lambda says of one of its invocations.
///
///     {"timestamp": "…", "level": "info", "message": "page handed out", "execution.id": "…", "run.id": "…",
///      "request.id": "…", "batches": "5"}
///     {"time": "…", "type": "platform.report", "record": {"requestId": "…", "status": "timeout", "metrics": {…}}}
struct LogLine {
    let function: PipelineFunction
    /// In milliseconds since 1970.
    let time: Int64
    /// The line as it was written.
    let text: String
    let level: Logger.Level
    let message: String
    /// What it says besides, in the order in which it was written.
    let details: [(key: String, value: String)]
    let execution: String?
    let run: String?
    let request: String?

    /// Reads an event of a log group.
    ///
    /// - Returns: nil for metrics, which are no lines for people.
    init?(_ text: String, of function: PipelineFunction, at time: Int64) {
        self.function = function
        self.time = time
        self.text = String(text.reversed().drop(while: \.isNewline).reversed())
        guard let json = try? JSONValue(parsing: text), let members = json.object else {
            // What a function's libraries say on standard error before it ends.
            (level, message, details, execution, run, request) = (.warning, self.text, [], nil, nil, nil)
            return
        }
        if members["_aws"] != nil { return nil }
        if let type = members["type"]?.string, type.hasPrefix("platform.") {
            let record = members["record"]
            (level, message) = Self.platform(type, record)
            (execution, run, request) = (nil, nil, record?["requestId"]?.string)
            details = Self.metrics(record?["metrics"])
            return
        }
        level = Logger.Level(rawValue: members["level"]?.string?.lowercased() ?? "") ?? .info
        message = members["message"]?.string ?? ""
        execution = members[LogKey.execution]?.string
        run = members[LogKey.run]?.string
        request = members["request.id"]?.string
        let known = ["timestamp", "level", "message", LogKey.execution, LogKey.run, "request.id", "trace.id"]
        details = members.filter { !known.contains($0.key) }.map { ($0.key, $0.value.string ?? $0.value.jsonText) }
    }

    private static func platform(_ type: String, _ record: JSONValue?) -> (Logger.Level, String) {
        let status = record?["status"]?.string ?? "success"
        guard type == "platform.report" || type == "platform.runtimeDone", status != "success" else {
            return (.debug, type)
        }
        let error = record?["errorType"]?.string.map { " (\($0))" } ?? ""
        return (.error, "the invocation ended: \(status)\(error)")
    }

    private static func metrics(_ json: JSONValue?) -> [(key: String, value: String)] {
        ["durationMs", "maxMemoryUsedMB"].compactMap { key in json?[key].map { (key, $0.jsonText) } }
    }

    /// The line as people read it.
    ///
    ///     03:15:02.123 warning lister      vault passed over  error.type=VaultPasswordWrong
    var shown: String {
        let moment = StateMachine.Timestamp(service: Double(time) / 1000).description
        let clock = moment.split(separator: "T").last.map { String($0.dropLast()) } ?? ""
        let facts = details.map { "\($0.key)=\($0.value.printable)" }.joined(separator: " ")
        let head = "\(clock) \(level.rawValue.padded(to: 8)) \(function.rawValue.padded(to: 13)) \(message.printable)"
        return facts.isEmpty ? head : "\(head)  \(facts)"
    }
}

/// Takes the lines of one run out of all that the functions said.
///
/// A line that names neither run nor execution, such as Lambda's own, belongs to the invocation whose lines do.
struct RunLines {
    let run: String
    let executions: Set<String>
    private var requests: Set<String> = []

    init(run: String, executions: Set<String>) {
        self.run = run
        self.executions = executions
    }

    /// Whether a line is the run's. Lines have to come in their order.
    mutating func take(_ line: LogLine) -> Bool {
        if line.run == nil, line.execution == nil {
            guard let request = line.request else { return false }
            return requests.contains(request)
        }
        guard line.run == run || line.execution.map({ executions.contains($0) }) ?? false else { return false }
        if let request = line.request { requests.insert(request) }
        return true
    }
}
