import FoundationEssentials
package import Logging

/// Writes one JSON object per event and line, in one write.
///
/// Keys are `timestamp` (ISO 8601, UTC, milliseconds), `level`, `message`, then the metadata in the order of their
/// names. Values are strings, or objects and arrays of strings for nested metadata. Metadata under one of the three
/// fixed names appear as `metadata.<name>`, so that no key occurs twice.
package struct JSONLogHandler: LogHandler {
    /// The least severe level that is written.
    package var logLevel: Logger.Level
    /// Metadata of every event of this logger.
    package var metadata: Logger.Metadata = [:]
    /// Metadata that are asked for at each event; those of the logger and of the event win over them.
    package var metadataProvider: Logger.MetadataProvider?

    private let now: @Sendable () -> LambdaClock.Instant
    private let write: @Sendable ([UInt8]) -> Void

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - logLevel: the least severe level that is written.
    ///   - metadataProvider: asked at each event.
    ///   - now: the time of an event.
    ///   - write: takes a whole line with its line feed; writes to standard error unless a test collects the lines.
    package init(
        logLevel: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil,
        now: @escaping @Sendable () -> LambdaClock.Instant = { LambdaClock().now },
        write: @escaping @Sendable ([UInt8]) -> Void = StandardError.write
    ) {
        self.logLevel = logLevel
        self.metadataProvider = metadataProvider
        self.now = now
        self.write = write
    }

    /// The level that a value of `LOG_LEVEL` means, in any case; `info` for none or an unknown one.
    package static func level(named name: String?) -> Logger.Level {
        switch name?.lowercased() {
        case "warn": .warning
        case "fatal": .critical
        case let name?: Logger.Level(rawValue: name) ?? .info
        case nil: .info
        }
    }

    /// One entry of the metadata of this logger.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an event.
    package func log(event: LogEvent) {
        var fields = metadataProvider?.get() ?? [:]
        fields.merge(metadata) { $1 }
        if let own = event.metadata { fields.merge(own) { $1 } }
        if let error = event.error, fields["error.type"] == nil {
            fields["error.type"] = "\(type(of: error))"
        }

        var line = JSONLine()
        line.beginObject()
        line.member("timestamp", Self.timestamp(now()))
        line.member("level", event.level.rawValue)
        line.member("message", event.message.description)
        Self.append(fields, to: &line) { Self.fixedKeys.contains($0) ? "metadata.\($0)" : $0 }
        line.endObject()
        line.newline()
        write(line.bytes)
    }

    private static let fixedKeys: Set<String> = ["timestamp", "level", "message"]

    private static func timestamp(_ instant: LambdaClock.Instant) -> String {
        // Half a millisecond more, because the format cuts off and the quotient may lie just below its value.
        Date(timeIntervalSince1970: (Double(instant.millisecondsSinceEpoch) + 0.5) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func append(
        _ metadata: Logger.Metadata,
        to line: inout JSONLine,
        rename: (String) -> String = { $0 }
    ) {
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line.key(rename(key))
            append(value, to: &line)
        }
    }

    private static func append(_ value: Logger.MetadataValue, to line: inout JSONLine) {
        switch value {
        case .string(let string): line.string(string)
        case .stringConvertible(let value): line.string(value.description)
        case .array(let values): line.array(values) { append($1, to: &$0) }
        case .dictionary(let metadata):
            line.beginObject()
            append(metadata, to: &line)
            line.endObject()
        }
    }
}
