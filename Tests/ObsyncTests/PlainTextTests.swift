import Providers
import SyncCore
import Testing

@testable import obsync

@Suite("plain text")
struct PlainTextTests {
    @Test(
        "large numbers are grouped",
        arguments: [(0, "0"), (999, "999"), (3900, "3,900"), (-1_234_567, "-1,234,567")]
    )
    func grouped(_ number: Int, _ text: String) {
        #expect(number.grouped == text)
    }

    @Test(
        "durations are said in one unit, in the singular where it is one",
        arguments: [(0, "0 seconds"), (1, "1 second"), (119, "1 minute"), (7200, "2 hours"), (90_000, "1 day")]
    )
    func durations(_ seconds: Int, _ text: String) {
        #expect(Duration.seconds(seconds).inWords == text)
    }

    @Test("ages are written with a unit", arguments: [("36h", 129_600), ("2d", 172_800), ("90m", 5400), ("5s", 5)])
    func ages(_ text: String, _ seconds: Int) {
        #expect(Duration(text: text) == .seconds(seconds))
    }

    @Test("anything else is no age", arguments: ["", "36", "h", "-1h", "1.5h", "36 h", "0h", "99999999d"])
    func noAges(_ text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test("what is cut fits, wide letters and emoji counted as two columns")
    func cut() {
        #expect("Notes".cut(to: 5) == "Notes")
        #expect("Field Notes".cut(to: 6) == "Field~")
        #expect("日本語".columns == 6)
        #expect("日本語".cut(to: 4) == "日~")
        #expect("🌊a".columns == 3)
        #expect("e\u{301}".columns == 1)
    }

    @Test("a table is aligned, and its first column gives way to the terminal")
    func table() {
        var table = TextTable(["VAULT", "FILES"])
        table.add(["A very long name", "1 of 1"])
        table.add(["B", "10 of 10"])
        #expect(table.lines() == ["VAULT             FILES", "A very long name  1 of 1", "B                 10 of 10"])
        #expect(table.lines(width: 20) == ["VAULT       FILES", "A very lo~  1 of 1", "B           10 of 10"])
    }

    @Test(
        "a path is quoted where a shell would take it apart",
        arguments: [
            ("/home/u/vaults", "/home/u/vaults"), ("my notes", "'my notes'"), ("it's", "'it'\\''s'"), ("", "''"),
        ]
    )
    func quoted(_ text: String, _ word: String) {
        #expect(text.shellQuoted == word)
    }

    @Test("what would steer or turn a terminal is taken out of names")
    func printable() {
        #expect("a\u{1B}[2Jb\u{202E}c\n".printable == "a?[2Jb?c?")
    }
}

@Suite("GoPro's pace")
struct ServicePaceTests {
    @Test("is told where it makes a first run long, and only there")
    func sentence() throws {
        let gopro = try #require(ProviderDescription.named("gopro"))
        let usual = try #require(ServicePace(gopro, [:]))
        #expect(
            usual.sentence(media: 3900)
                == "GoPro is asked for at most 2 media a second: fetching all 3,900 takes at least 32 minutes"
        )
        #expect(usual.sentence(media: 100) == nil)
        let quick = try #require(ServicePace(gopro, ["GOPRO_RESOLVES_PER_SECOND": "0"]))
        #expect(quick.sentence(media: 9999) == nil)
        let obsidian = try #require(ProviderDescription.named("obsidian"))
        #expect(ServicePace(obsidian, [:]) == nil)
    }
}
