package import Logging
import Synchronization

/// Keeps every line that is logged through its loggers.
package final class RecordingLog: Sendable {
    /// One line.
    package struct Line: Sendable {
        /// How severe it is.
        package var level: Logger.Level
        /// The message.
        package var message: String
        /// The metadata of the logger and of the line.
        package var metadata: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    /// Makes an empty log.
    package init() {}

    /// All lines so far.
    package var lines: [Line] { kept.withLock { $0 } }

    /// A logger that keeps its lines here.
    package func logger(level: Logger.Level = .trace) -> Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self) }
        logger.logLevel = level
        return logger
    }

    private struct Handler: LogHandler {
        let log: RecordingLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let merged = metadata.merging(event.metadata ?? [:]) { $1 }
            let line = Line(
                level: event.level,
                message: event.message.description,
                metadata: merged.mapValues { "\($0)" }
            )
            log.kept.withLock { $0.append(line) }
        }
    }
}
