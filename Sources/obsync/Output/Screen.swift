import Foundation

/// What can be drawn where standard error leads.
struct Screen: Sendable {
    /// Whether a line can be written over.
    var canRedraw: Bool
    /// Whether it takes more than ASCII.
    var isUnicode: Bool
    /// The columns.
    var width: @Sendable () -> Int

    /// How often it is worth drawing.
    var interval: Duration { canRedraw ? .milliseconds(100) : .seconds(30) }

    /// What standard error and the environment say.
    static func standardError(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Screen {
        Screen(
            canRedraw: StandardStreams.isErrorATerminal && canRedraw(environment),
            isUnicode: isUnicode(environment),
            width: { StandardStreams.errorWidth }
        )
    }

    /// Whether the terminal knows escapes.
    static func canRedraw(_ environment: [String: String]) -> Bool {
        environment["TERM"].map { $0 != "dumb" && !$0.isEmpty } ?? false
    }

    /// Whether the locale writes UTF-8. The first variable that is set decides.
    static func isUnicode(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    /// A text in the characters that are there, cut to the width where a line is written over.
    func fitted(_ text: String) -> String {
        let plain =
            isUnicode ? text : String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isASCII ? $0 : "?" }))
        return canRedraw ? plain.cut(to: width() - 1) : plain
    }

    /// A bar of so many columns, filled to a share from 0 to 1.
    func bar(_ share: Double, columns: Int) -> String {
        let filled = Int((min(max(share, 0), 1) * Double(columns)).rounded(.down))
        let (full, empty) = isUnicode ? ("█", "░") : ("#", ".")
        return String(repeating: full, count: filled) + String(repeating: empty, count: columns - filled)
    }
}
