import SyncCore
import Synchronization
import Testing

@testable import obsync

@Suite("progress display")
struct ProgressDisplayTests {
    private final class Screen: Sendable {
        private let text = Mutex("")
        var content: String { text.withLock { $0 } }
        func write(_ some: String) { text.withLock { $0 += some } }
    }

    /// Shows events, between which `step` passes at each look at the watch.
    private func show(
        _ events: [SyncEvent],
        isTerminal: Bool = false,
        isQuiet: Bool = false,
        step: Duration = .zero
    ) -> String {
        let screen = Screen()
        let looks = Mutex(0)
        let display = ProgressDisplay(
            isQuiet: isQuiet,
            isTerminal: isTerminal,
            uptime: {
                looks.withLock { count in
                    count += 1
                    return step * count
                }
            },
            write: screen.write
        )
        for event in events { display.observe(event) }
        display.finish()
        return screen.content
    }

    private let run: [SyncEvent] = [
        .listed(vault: "Notes", entries: 3),
        .planned(vault: "Notes", files: 2, bytes: 2_000),
        .stored(vault: "Notes", path: VaultPath("a.md"), bytes: 1_500),
        .stored(vault: "Notes", path: VaultPath("b.md"), bytes: 500),
    ]

    @Test("the end of a vault is shown with files and bytes")
    func end() {
        let lines = show(run).split(separator: "\n")
        #expect(lines.first == "Notes: 3 entries listed")
        #expect(lines.last == "Notes: ████████████████████████ 2/2 files, 2.0 kB")
    }

    @Test("once a moment has passed, the line tells the rate since the first batch")
    func rate() {
        let lines = show(run, step: .seconds(1)).split(separator: "\n")
        #expect(lines.contains { $0.hasSuffix("1/2 files, 1.5 kB, 1.5 kB/s") })
        #expect(lines.last?.hasSuffix("2/2 files, 2.0 kB, 1.0 kB/s") == true)
    }

    @Test("on a terminal the line is written over and ended")
    func terminal() {
        let text = show(run, isTerminal: true)
        #expect(text.contains("\r\u{1B}[2KNotes: ████████████████████████ 2/2 files, 2.0 kB"))
        #expect(text.hasSuffix("\n"))
    }

    @Test("what was copied, deleted or failed is named, without characters that steer a terminal")
    func names() {
        let text = show([
            .copied(vault: "Notes", path: VaultPath("c.md")),
            .deleted(vault: "Notes", path: VaultPath("d\u{1B}[2J.md")),
            .failed(vault: "Notes", path: VaultPath("e.md"), error: .corruptContent),
        ])
        #expect(text == "  copied   c.md\n  deleted  d?[2J.md\n  failed   e.md: CorruptContent\n")
    }

    @Test("a step that is tried again is told of, so that waiting is not silence; what ends a run is not")
    func failures() {
        let screen = Screen()
        let display = ProgressDisplay(isQuiet: false, isTerminal: false, write: screen.write)
        display.showPassingFailure(.sourceUnavailable)
        display.showPassingFailure(.vaultPasswordWrong)
        #expect(
            screen.content
                == "  a step ended with SourceUnavailable; such a step is tried again after a pause, up to six times\n"
        )
    }

    @Test("more files than were planned, as after a redrive, fill the bar and no more")
    func more() {
        let lines = show(run + [.stored(vault: "Notes", path: VaultPath("c.md"), bytes: 0)]).split(separator: "\n")
        #expect(lines.last == "Notes: ████████████████████████ 3/2 files, 2.0 kB")
    }

    @Test("quiet means nothing at all")
    func quiet() {
        #expect(show(run, isQuiet: true).isEmpty)
    }

    @Test(
        "sizes read well",
        arguments: [
            (0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (5_242_880, "5.2 MB"), (12_000_000_000, "12.0 GB"),
        ]
    )
    func sizes(_ bytes: Int, _ text: String) {
        #expect(Int64(bytes).asSize == text)
    }
}
