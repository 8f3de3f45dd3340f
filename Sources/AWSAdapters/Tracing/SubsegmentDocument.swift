import AWSClient
import FoundationEssentials
import SyncCore
import Tracing

/// One subsegment as X-Ray takes it.
///
///     {"aws": {"operation": "PutObject", "retries": 1}, "end_time": 1795248000.25, "http": {"response": {"status": 200}},
///      "id": "53995c3f42cd8ad8", "name": "S3", "namespace": "aws", "parent_id": "defdfd9912dc5a56",
///      "start_time": 1795248000.125, "trace_id": "1-5759e988-bd862e3fe1be46a994272793", "type": "subsegment"}
///
/// Only what is listed in ``SpanKey`` is taken from a span: never a key, a query, a name or a message.
/// Source: "X-Ray segment documents" in its developer guide.
struct SubsegmentDocument {
    var name: String
    var id: String
    var parent: XRayTracer.Segment
    var start: UInt64
    var end: UInt64
    var isRemote: Bool
    var attributes: SpanAttributes
    var failure: SubsegmentFailure?

    /// JSON in UTF-8, with its keys in the order of the alphabet.
    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and finite numbers always encode.
        return (try? encoder.encode(json)).map(Array.init) ?? []
    }

    private var json: JSON {
        var members: [String: JSON] = [
            "name": .string(Self.permitted(name)),
            "id": .string(id),
            "type": .string("subsegment"),
            "trace_id": .string(parent.traceID),
            "parent_id": .string(parent.id),
            "start_time": Self.seconds(start),
            "end_time": Self.seconds(end),
        ]
        let isAWS = text(SpanKey.system) == SpanKey.awsSystem
        if isRemote { members["namespace"] = .string(isAWS ? "aws" : "remote") }
        if isAWS {
            members["aws"] = .object(
                ["operation": text(SpanKey.operation).map(JSON.string), "retries": number(SpanKey.retries)]
                    .compactMapValues { $0 }
            )
        } else if let operation = text(SpanKey.operation) {
            members["annotations"] = .object(["operation": .string(operation)])
        }
        if let status = number(SpanKey.status) {
            members["http"] = .object(["response": .object(["status": status])])
        }
        if let failure {
            if failure.isError { members["error"] = .bool(true) }
            if failure.isThrottle { members["throttle"] = .bool(true) }
            if failure.isFault { members["fault"] = .bool(true) }
        }
        return .object(members)
    }

    private func text(_ key: String) -> String? {
        if case .string(let text)? = attributes.get(key) { text } else { nil }
    }

    private func number(_ key: String) -> JSON? {
        switch attributes.get(key) {
        case .int32(let value)?: .integer(Int64(value))
        case .int64(let value)?: .integer(value)
        default: nil
        }
    }

    /// Microseconds are what X-Ray asks for, and what a double holds.
    private static func seconds(_ nanoseconds: UInt64) -> JSON {
        .number(Double(nanoseconds / 1000) / 1_000_000)
    }

    /// A name has up to 200 letters, digits, spaces and some signs; everything else is replaced.
    private static func permitted(_ name: String) -> String {
        String(
            name.unicodeScalars.prefix(200).map { scalar in
                let isPlain = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                return isPlain || " _.:/%&#=+\\-@".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
            }
        )
    }
}

/// How a call failed, in X-Ray's words: an error is the caller's, a fault is the other side's.
struct SubsegmentFailure: Equatable {
    var isError = false
    var isThrottle = false
    var isFault = false

    init(_ error: (any Error)?) {
        switch error {
        case let error as AWSError where error.isThrottling: (isError, isThrottle) = (true, true)
        case let error as AWSError where (400..<500).contains(error.httpStatus ?? 500): isError = true
        case let error as SyncError where error.name == .throttled: (isError, isThrottle) = (true, true)
        case let error as SyncError where !error.isRetryable && error.name != .protocolChanged: isError = true
        case is CancellationError: isError = true
        default: isFault = true
        }
    }
}
