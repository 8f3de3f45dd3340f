package import Logging
package import SyncCore
import Synchronization

/// Keeps everything that runs tell somebody: lines of logs from `info` on, histories, outputs, alerts and errors.
package final class Tellings: Sendable {
    private let log = RecordingLog()
    private let told = Mutex<(lines: Int, others: [MirrorEvidence.Told])>((0, []))

    /// Makes an empty one.
    package init() {}

    /// A logger whose lines are kept.
    package var logger: Logger { log.logger(level: .info) }

    /// A port for alerts that are kept.
    package var notify: Notifier {
        { notice, _ in self.add("alert", notice.subject + "\n" + notice.body) }
    }

    /// Keeps something.
    package func add(_ place: String, _ text: String) {
        told.withLock { $0.others.append(.init(place, text)) }
    }

    /// Keeps the answer of a function, or the error that it ends with.
    package func keeping<Answer: Encodable>(_ body: () async throws -> Answer) async throws -> Answer {
        do {
            let answer = try await body()
            add("output", String(decoding: try FunctionJSON.encode(answer), as: UTF8.self))
            return answer
        } catch {
            add("error", "\(error)")
            throw error
        }
    }

    /// What was told since the last time this was asked.
    package func take() -> [MirrorEvidence.Told] {
        let lines = log.lines
        return told.withLock { told in
            defer { told = (lines.count, []) }
            return told.others
                + lines.dropFirst(told.lines).map { line in
                    let metadata = line.metadata.map { "\($0)=\($1)" }.sorted().joined(separator: " ")
                    return .init("log", "\(line.level) \(line.message) \(metadata)")
                }
        }
    }
}
