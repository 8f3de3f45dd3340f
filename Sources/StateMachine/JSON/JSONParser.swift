extension JSONValue {
    /// Reads a JSON text (RFC 8259).
    ///
    /// Of members with the same name the last one counts.
    ///
    /// - Parameter text: The whole text; white space around the value is allowed.
    /// - Throws: `StateMachineError` with code `invalidJSON`, naming line and column.
    package init(parsing text: String) throws(StateMachineError) {
        var parser = JSONParser(bytes: Array(text.utf8))
        self = try parser.document()
    }
}

/// A recursive-descent reader of UTF-8 bytes.
struct JSONParser {
    /// How deep arrays and objects may be nested, so that a hostile text cannot exhaust the stack.
    static let depthLimit = 256

    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(StateMachineError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw failure("unexpected text after the value") }
        return value
    }

    private func failure(_ message: String) -> StateMachineError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        // Columns count characters as editors do, not bytes.
        let column = String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1
        return StateMachineError(code: .invalidJSON, message: "\(message) at line \(line), column \(column)")
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func consume(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(StateMachineError) -> JSONValue {
        guard depth < Self.depthLimit else { throw failure("nesting is too deep") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw failure("unexpected end")
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(StateMachineError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw failure("unexpected character") }
        position += word.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(StateMachineError) -> JSONValue {
        position += 1
        var object = JSONObject()
        skipSpace()
        if consume("}") { return .object(object) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("a member's name is missing") }
            let key = try string()
            skipSpace()
            guard consume(":") else { throw failure("':' is missing") }
            object[key] = try value(depth: depth + 1)
            skipSpace()
        } while consume(",")
        guard consume("}") else { throw failure("',' or '}' is missing") }
        return .object(object)
    }

    private mutating func array(depth: Int) throws(StateMachineError) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if consume("]") { return .array(values) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while consume(",")
        guard consume("]") else { throw failure("',' or ']' is missing") }
        return .array(values)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, byte >= 0x30, byte <= 0x39 { position += 1 }
        return position - start
    }

    private mutating func number() throws(StateMachineError) -> JSONValue {
        let start = position
        _ = consume("-")
        let leadingZero = next == UInt8(ascii: "0")
        let count = digits()
        guard count > 0, count == 1 || !leadingZero else { throw failure("unexpected character") }
        var isWhole = true
        if consume(".") {
            isWhole = false
            guard digits() > 0 else { throw failure("a digit is missing") }
        }
        if consume("e") || consume("E") {
            isWhole = false
            _ = consume("+") || consume("-")
            guard digits() > 0 else { throw failure("a digit is missing") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { throw failure("the number is out of range") }
        return .double(double)
    }

    private mutating func string() throws(StateMachineError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw failure("not UTF-8") }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw failure("a control character must be escaped")
            default: text.append(byte)
            }
        }
        throw failure("the string has no end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(StateMachineError) {
        guard let byte = next else { throw failure("unexpected end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw failure("unknown escape")
        }
    }

    private mutating func escapedScalar() throws(StateMachineError) -> Unicode.Scalar {
        let first = try codeUnit()
        guard first & 0xFC00 == 0xD800 else {
            guard let scalar = Unicode.Scalar(first) else { throw failure("a surrogate stands alone") }
            return scalar
        }
        guard consume("\\"), consume("u") else { throw failure("a surrogate stands alone") }
        let second = try codeUnit()
        guard second & 0xFC00 == 0xDC00,
            let scalar = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF))
        else { throw failure("a surrogate stands alone") }
        return scalar
    }

    private mutating func codeUnit() throws(StateMachineError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("unexpected end") }
        var unit: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw failure("not a hex digit") }
            unit = unit << 4 | UInt32(digit)
        }
        position += 4
        return unit
    }
}
