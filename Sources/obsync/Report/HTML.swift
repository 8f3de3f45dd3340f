import Foundation

/// Text of a page. What is put into it is escaped; only what is made here is markup.
struct HTML: ExpressibleByStringInterpolation, CustomStringConvertible, Sendable {
    /// The markup.
    let description: String

    init(stringLiteral value: String) {
        description = value
    }

    init(stringInterpolation: StringInterpolation) {
        description = stringInterpolation.text
    }

    /// Escapes a text.
    init(text: String) {
        description = Self.escaped(text)
    }

    /// Puts pieces behind one another.
    init(_ pieces: [HTML]) {
        description = pieces.map(\.description).joined(separator: "\n")
    }

    struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: HTML) { text += value.description }
        mutating func appendInterpolation(_ values: [HTML]) { text += HTML(values).description }
        mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        /// A coordinate, to a tenth.
        mutating func appendInterpolation(_ value: Double) {
            let tenths = (value * 10).rounded()
            text += tenths.truncatingRemainder(dividingBy: 10) == 0 ? String(Int(tenths / 10)) : String(tenths / 10)
        }
    }

    /// Everything that has a meaning in markup is escaped, and what steers a terminal or the direction of a text shows as `?`.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for character in text.printable.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
