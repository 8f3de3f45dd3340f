import Foundation
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// Whether a program can be run at a terminal here.
private let hasTerminal = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

/// Sessions at a terminal of 60 and of 100 columns, as they were recorded. With `OBSYNC_RECORD=1` they are recorded anew.
@Suite("sessions at a terminal", .tags(.integration), .enabled(if: hasTerminal))
struct TerminalSessionTests {
    private static let session = [
        "obsync sync --dest mirror", "obsync sync --dest mirror", "obsync status --dest mirror",
        "obsync vaults --dest mirror",
        "obsync ls Archive --dest mirror | head -3", "obsync snyc --dest mirror", "obsync sync --destination mirror",
        "obsync sync Archiv --dest mirror", "obsync verify --dest mirror", "obsync --help",
    ]

    @Test(
        "what a person sees is what was recorded, and no line is wider than the terminal",
        .timeLimit(.minutes(5)),
        arguments: [60, 100]
    )
    func recorded(columns: Int) async throws {
        // Its name is of one length always, so that what is cut is cut alike.
        let root = "/tmp/obsync-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let files = FileManager.default
        try files.createDirectory(atPath: root + "/.config/obsync", withIntermediateDirectories: true)
        let credentials = root + "/.config/obsync/credentials.json"
        try Data(try DemoSource.sampleSecret.json).write(to: URL(filePath: credentials))
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: credentials)
        var shown = ""
        try await withObsidianSimulator(library: try SampleLibrary.make(), logger: quietLogger) { provider in
            for command in Self.session {
                let line = command.replacing("obsync ", with: "\"$OBSYNC\" ", maxReplacements: 1)
                try Data("stty cols \(columns) rows 40\ncd \(root)\n\(line)\n".utf8).write(
                    to: URL(filePath: root + "/line")
                )
                let outcome = try await ObsyncProcess.run(
                    script: "exec /usr/bin/script -qec 'bash \(root)/line' /dev/null < /dev/null",
                    environment: [
                        "HOME": root, "TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "xterm", "SHELL": "/bin/sh",
                        "OBSIDIAN_API_URL": provider.baseURL,
                    ]
                )
                let lines = Self.visible(outcome.output, root: root)
                for line in lines where line.columns > columns && !Self.mayWrap(line) {
                    Issue.record("wider than \(columns): \(line)")
                }
                shown += "$ \(command)\n" + lines.map { $0 + "\n" }.joined() + "[\(outcome.status)]\n\n"
            }
        }
        let recording = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Recordings/sessions/\(columns).txt")
        if ProcessInfo.processInfo.environment["OBSYNC_RECORD"] == "1" { try Data(shown.utf8).write(to: recording) }
        let known = try String(contentsOf: recording, encoding: .utf8).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let now = shown.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, (one, other)) in zip(known, now).enumerated() { #expect(one == other, "line \(number + 1)") }
        #expect(known.count == now.count)
    }

    /// Sentences with addresses or paths are for the terminal to wrap; tables and progress are cut.
    private static func mayWrap(_ line: String) -> Bool {
        !line.contains("█") && !line.contains(" of ") && !line.contains("  ")
            || line.hasPrefix("  ") || line.contains("/") || line.hasPrefix("obsync:") || line.hasPrefix("Error:")
    }

    /// What is left to be seen in the end: lines that were written over are gone. What differs from run to run is made alike.
    private static func visible(_ output: String, root: String) -> [String] {
        output.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in
                let last = line.ranges(of: "\r\u{1B}[2K").last.map { line[$0.upperBound...] } ?? line
                return last.replacing(root, with: "/tmp/home")
                    .replacing(/local-[0-9a-z-]+/, with: "local-RUN")
                    .replacing(/20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}Z?/, with: "TIME")
                    .replacing(/[0-9.]+ (kB|MB|B)\/s/, with: "RATE")
                    .replacing(/took [0-9hms]+/, with: "took TIME")
                    .replacing(#/ +[0-9.]+ s  █*/#, with: " TIME")
                    .replacing(/(in|for) [0-9.]+ (ms|s|seconds?)\b/, with: { "\($0.output.1) TIME" })
                    .replacing(/[0-9]+ (s|seconds?) ago/, with: "TIME ago")
                    .trimmingCharacters(in: .whitespaces.subtracting(.init(charactersIn: " ")))
            }
            .dropLast(output.hasSuffix("\n") ? 1 : 0).map { String($0) }
    }
}
