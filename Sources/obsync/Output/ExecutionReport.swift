import Clocks
import Foundation
import StateMachine
import SyncCore

/// Executions and their events as people and programs read them.
struct ExecutionReport {
    let now: StateMachine.Timestamp

    /// A line an execution.
    ///
    /// - Parameters:
    ///   - records: the executions.
    ///   - redrivable: the names of those that it makes sense to redrive.
    /// - Returns: the lines.
    func table(of records: [ExecutionRecord], redrivable: Set<String>) -> String {
        guard !records.isEmpty else { return "no executions" }
        let width = records.map(\.name.count).max() ?? 0
        let rows = records.map { record in
            let columns = [
                record.name.printable.padded(width), record.shownStatus.rawValue.padded(9), record.started.toTheSecond,
                "\(record.redriveCount)".padded(8), remark(on: record, redrivable),
            ]
            return columns.joined(separator: "  ").trimmingEnd
        }
        let titles = ["NAME".padded(width), "STATUS".padded(9), "STARTED".padded(20), "REDRIVES", "REMARK"]
        return ([titles.joined(separator: "  ")] + rows).joined(separator: "\n")
    }

    private func remark(on record: ExecutionRecord, _ redrivable: Set<String>) -> String {
        let isRedrivable = record.isOrphan || redrivable.contains(record.name)
        return [record.error?.printable, isRedrivable ? "can be redriven" : nil].compactMap(\.self)
            .joined(separator: ", ")
    }

    /// Everything about one execution but its events.
    ///
    /// - Parameters:
    ///   - record: the execution.
    ///   - obstacle: why it cannot be redriven; nil where it can be.
    ///   - redrive: the command that redrives it.
    /// - Returns: the lines.
    func lines(of record: ExecutionRecord, obstacle: String?, redrive: String) -> String {
        let facts: [(String, String?)] = [
            ("name", record.name), ("status", record.shownStatus.rawValue), ("started", record.started.toTheSecond),
            ("stopped", record.stopped?.toTheSecond),
            // Step Functions does not tell how many there are.
            ("events", record.lastEventID == 0 ? nil : String(record.lastEventID)),
            (
                "redriven",
                record.redriveCount == 0
                    ? nil : "\(record.redriveCount.counted("time")), last \(record.redriven?.toTheSecond ?? "")"
            ),
            ("redrive", obstacle.map { "not possible: \($0)" } ?? redrive),
            ("input", record.input.jsonText), ("output", record.output?.jsonText), ("error", record.error),
            ("cause", record.isOrphan ? "its process is gone" : record.cause),
        ]
        return facts.compactMap { name, value in value.map { "\(name.padded(9)) \($0.printable)" } }
            .joined(separator: "\n")
    }

    /// One execution as `DescribeExecution` has it.
    ///
    /// - Parameters:
    ///   - record: the execution.
    ///   - obstacle: why it cannot be redriven; nil where it can be.
    /// - Returns: the object.
    func json(_ record: ExecutionRecord, obstacle: String?) -> JSONValue {
        var object: JSONObject = [
            "name": .string(record.name),
            "status": .string(record.shownStatus.rawValue),
            "startDate": .string(record.started.description),
            "input": .string(record.input.jsonText),
            "redriveCount": .integer(Int64(record.redriveCount)),
            "redriveStatus": obstacle == nil ? "REDRIVABLE" : "NOT_REDRIVABLE",
        ]
        object["redriveStatusReason"] = obstacle.map(JSONValue.string)
        object["stopDate"] = record.stopped.map { .string($0.description) }
        object["redriveDate"] = record.redriven.map { .string($0.description) }
        object["output"] = record.output.map { .string($0.jsonText) }
        object["error"] = record.error.map(JSONValue.string)
        object["cause"] = record.cause.map(JSONValue.string)
        return .object(object)
    }

    /// One event: number, time, type, and what it is about.
    static func line(of event: HistoryEvent) -> String {
        var about = [event.details.name?.printable].compactMap(\.self)
        if let index = event.details.index { about.append("#\(index)") }
        if let length = event.details.length { about.append("\(length) items") }
        if let error = event.details.error { about.append(error.printable) }
        if let count = event.details.redriveCount { about.append("redrive \(count)") }
        let place = event.line.isEmpty ? "" : "[\(event.line.map(String.init).joined(separator: "/"))] "
        let columns = [
            String(event.id).leftPadded(5), event.timestamp.description, event.type.rawValue.padded(26),
            place + about.joined(separator: " "),
        ]
        return columns.joined(separator: "  ").trimmingEnd
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    fileprivate func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
    fileprivate var trimmingEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
