import Foundation
import SyncCore
import Synchronization
import Testing

@testable import obsync

@Suite("progress display")
struct ProgressDisplayTests {
    private final class Paper: Sendable {
        private let text = Mutex("")
        var content: String { text.withLock { $0 } }
        func write(_ some: String) { text.withLock { $0 += some } }
    }

    private final class Watch: Sendable {
        private let time = Mutex(Duration.zero)
        var now: Duration { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private func screen(isTerminal: Bool = false, isUnicode: Bool = true, width: Int = 100) -> Screen {
        Screen(canRedraw: isTerminal, isUnicode: isUnicode, width: { width })
    }

    /// Shows events and draws after each of them, with so much time between them.
    private func show(
        _ events: [SyncEvent],
        on screen: Screen,
        isQuiet: Bool = false,
        step: Duration = .zero
    ) -> String {
        let (paper, watch) = (Paper(), Watch())
        let display = ProgressDisplay(
            isQuiet: isQuiet,
            screen: screen,
            uptime: { watch.now },
            write: paper.write
        )
        for event in events {
            watch.pass(step)
            display.observe(event)
            display.tick()
        }
        display.tick()
        display.finish()
        return paper.content
    }

    private let run: [SyncEvent] = [
        .listing(vault: "Notes", entries: 3900),
        .listed(vault: "Notes", entries: 3900, files: 4, bytes: 4_000_000),
        .unchanged(vault: "Notes", files: 1, bytes: 1_000_000),
        .planned(vault: "Notes", files: 1, bytes: 1_000_000),
        .received(bytes: 500_000),
        .received(bytes: 500_000),
        .stored(vault: "Notes", path: VaultPath("a.md"), bytes: 1_000_000),
        .planned(vault: "Notes", files: 2, bytes: 2_000_000),
        .received(bytes: 1_000_000),
    ]

    @Test("the line counts files and bytes of the whole listing, and moves inside a file")
    func lines() {
        let lines = show(run, on: screen(), step: .seconds(1)).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "Notes: listing, 3,900 entries",
                "Notes  ░░░░░░░░░░░░░░░░░░░░░░░░  0 of 4 files, 0 bytes of 4.0 MB",
                "Notes  ██████░░░░░░░░░░░░░░░░░░  1 of 4 files, 1.0 MB of 4.0 MB",
                "Notes  ██████░░░░░░░░░░░░░░░░░░  1 of 4 files, 1.0 MB of 4.0 MB",
                "Notes  █████████░░░░░░░░░░░░░░░  1 of 4 files, 1.5 MB of 4.0 MB",
                "Notes  ████████████░░░░░░░░░░░░  1 of 4 files, 2.0 MB of 4.0 MB, 1.0 MB/s",
                "Notes  ████████████░░░░░░░░░░░░  2 of 4 files, 2.0 MB of 4.0 MB, 500.0 kB/s",
                "Notes  ████████████░░░░░░░░░░░░  2 of 4 files, 2.0 MB of 4.0 MB, 333.3 kB/s, 6 seconds left",
                "Notes  ██████████████████░░░░░░  2 of 4 files, 3.0 MB of 4.0 MB, 500.0 kB/s, 2 seconds left",
                "Notes: 1 file fetched, 1.0 MB, 1 unchanged",
            ]
        )
    }

    @Test("more files than were planned, as after a redrive, fill the bar and no more")
    func more() {
        let stored = SyncEvent.stored(vault: "Notes", path: VaultPath("c.md"), bytes: 9_000_000)
        let text = show(
            [.listed(vault: "Notes", entries: 1, files: 1, bytes: 5), stored, stored],
            on: screen()
        )
        #expect(text.contains("████████████████████████  1 of 1 files, 5 bytes of 5 bytes"))
        #expect(text.hasSuffix("Notes: 2 files fetched, 18.0 MB\n"))
    }

    @Test("on a terminal the line is written over, cut to the width, and ended", arguments: [20, 60, 100])
    func terminal(_ width: Int) {
        let text = show(run, on: screen(isTerminal: true, width: width), step: .seconds(1))
        let drawn = text.components(separatedBy: "\r\u{1B}[2K")
        #expect(drawn.count > 5)
        #expect(drawn.allSatisfy { $0.columns < width || $0.hasSuffix("\n") })
        #expect(text.hasSuffix("\n"))
    }

    @Test("without UTF-8 everything is ASCII")
    func ascii() {
        let events: [SyncEvent] = [
            .listed(vault: "Närrisch", entries: 1, files: 1, bytes: 10), .planned(vault: "x", files: 1, bytes: 10),
        ]
        let text = show(events, on: screen(isUnicode: false))
        #expect(text.unicodeScalars.allSatisfy { $0.isASCII })
        #expect(text.contains("N?rrisch  ........................  0 of 1 files"))
    }

    @Test("what was copied or deleted is named up to a number, without characters that steer a terminal")
    func names() {
        let some = show(
            [
                .copied(vault: "Notes", path: VaultPath("c.md")),
                .deleted(vault: "Notes", path: VaultPath("d\u{1B}[2J.md")),
                .failed(vault: "Notes", path: VaultPath("e.md"), error: .corruptContent),
            ],
            on: screen()
        )
        #expect(some == "  copied   c.md\n  deleted  d?[2J.md\n", "what failed is said once, at the end")
        let many = show(
            (0..<100).map { .deleted(vault: "Notes", path: VaultPath("\($0)")) },
            on: screen()
        )
        #expect(many.split(separator: "\n").count == 21)
    }

    @Test("a step that is tried again is told of, so that waiting is not silence; what ends a run is not")
    func failures() {
        let paper = Paper()
        let display = ProgressDisplay(isQuiet: false, screen: screen(), write: paper.write)
        display.showPassingFailure(.sourceUnavailable)
        display.showPassingFailure(.vaultPasswordWrong)
        #expect(
            paper.content
                == "  a step ended with SourceUnavailable; such a step is tried again after a pause, up to six times\n"
        )
    }

    @Test("quiet means nothing at all, but the count is kept")
    func quiet() {
        #expect(show(run, on: screen(), isQuiet: true).isEmpty)
        let display = ProgressDisplay(isQuiet: true, screen: screen(), write: { _ in })
        for event in run { display.observe(event) }
        #expect(display.account == "1 file is stored")
    }

    @Test(
        "the environment decides what can be drawn",
        arguments: [
            (["TERM": "xterm", "LANG": "en_GB.UTF-8"], true, true), (["TERM": "dumb", "LANG": "C"], false, false),
            (["LC_ALL": "C", "LANG": "en_GB.UTF-8", "TERM": "vt100"], true, false),
            (["LC_CTYPE": "C.utf8"], false, true), ([:], false, false),
        ]
    )
    func environment(_ variables: [String: String], _ redraws: Bool, _ isUnicode: Bool) {
        #expect(Screen.canRedraw(variables) == redraws)
        #expect(Screen.isUnicode(variables) == isUnicode)
    }

    @Test(
        "sizes read well",
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_000, "1.0 kB"), (5_242_880, "5.2 MB"),
            (12_000_000_000, "12.0 GB"),
        ]
    )
    func sizes(_ bytes: Int, _ text: String) {
        #expect(Int64(bytes).asSize == text)
    }
}
