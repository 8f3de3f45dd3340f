/// JSON that is written, with its members in order.
indirect enum WireJSON: Sendable {
    case null
    case text(String)
    case number(Int64)
    case flag(Bool)
    case list([WireJSON])
    case object([(String, WireJSON)])

    static func optional(_ text: String?) -> WireJSON { text.map(WireJSON.text) ?? .null }
    static func optional(_ number: Int64?) -> WireJSON { number.map(WireJSON.number) ?? .null }

    /// The document.
    var text: String {
        switch self {
        case .null: "null"
        case .text(let text): Self.quoted(text)
        case .number(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .list(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.0) + ":" + $0.1.text }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
