import Synchronization

@testable import obsync

/// What a person types and sees.
final class Typist: Sendable {
    private let lines: Mutex<[String]>
    let shown = Mutex("")

    init(_ lines: [String]) { self.lines = Mutex(lines) }

    private func next() -> String? { lines.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    var dialogue: Dialogue {
        Dialogue(readLine: next, readHidden: next, show: { text in self.shown.withLock { $0 += text } })
    }
}
