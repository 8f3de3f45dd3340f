import Foundation
import SyncCore

extension Int {
    /// With separators: `3,900`.
    var grouped: String { Int64(self).grouped }
}

extension Int64 {
    /// With separators: `3,900`.
    var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + text
    }
}

extension Duration {
    /// In the largest unit that gives at least one: `3 hours`, `1 day`.
    var inWords: String {
        let seconds = max(0, components.seconds)
        for (unit, length) in [("day", 86_400), ("hour", 3600), ("minute", 60)] as [(String, Int64)]
        where seconds >= length {
            return Int(seconds / length).counted(unit)
        }
        return Int(seconds).counted("second")
    }

    /// Reads `36h`, `90m`, `2d` or `30s`.
    init?(text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number > 0,
            number < 1_000_000
        else { return nil }
        self = .seconds(number * unit)
    }
}

extension String {
    /// The text without characters that would steer a terminal: names come from outside.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar -> Unicode.Scalar in
                    // Joiners hold emoji and letters of some scripts together.
                    if scalar.value == 0x200C || scalar.value == 0x200D { return scalar }
                    return switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "?"
                    default: scalar
                    }
                }
            )
        )
    }

    /// How many columns of a terminal the text takes, about: wide letters and emoji take two, marks none.
    var columns: Int {
        reduce(0) { $0 + $1.columns }
    }

    /// As much of the beginning as fits into so many columns, with a mark where something is left out.
    func cut(to width: Int) -> String {
        guard columns > width else { return self }
        var text = ""
        var left = max(0, width - 1)
        for character in self {
            left -= character.columns
            guard left >= 0 else { break }
            text.append(character)
        }
        return width > 0 ? text + "~" : ""
    }

    /// With spaces up to so many columns.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - columns))
    }
}

extension Character {
    fileprivate var columns: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if unicodeScalars.contains(where: { $0.properties.isEmojiPresentation || $0.value == 0xFE0F }) { return 2 }
        return switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            2
        default:
            first.properties.generalCategory == .nonspacingMark ? 0 : 1
        }
    }
}

/// Rows of text in columns, aligned.
struct TextTable {
    private var rows: [[String]]

    init(_ titles: [String]) {
        rows = [titles]
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    /// The lines, no wider than `width` as long as the first column can give way.
    func lines(width: Int = .max) -> [String] {
        var widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].columns }.max() ?? 0 }
        let total = widths.reduce(0, +) + 2 * max(0, widths.count - 1)
        if total > width, let first = widths.first { widths[0] = max(8, first - (total - width)) }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in cell.cut(to: width).padded(to: width) }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }
}

extension Int {
    /// The number, in groups of three digits, with its noun.
    func counted(_ noun: String, plural: String) -> String {
        self == 1 ? "1 \(noun)" : "\(grouped) \(plural)"
    }
}
