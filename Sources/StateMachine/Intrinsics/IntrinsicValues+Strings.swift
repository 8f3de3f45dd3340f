extension IntrinsicValues {
    func format(_ literal: FormatTemplate?) throws(StateFailure) -> JSONValue {
        let template: FormatTemplate
        if let literal {
            template = literal
        } else {
            let text = try string(0)
            do throws(SyntaxProblem) {
                template = try FormatTemplate(text)
            } catch {
                throw failure(error.message)
            }
        }
        let texts = values.dropFirst().map { $0.string ?? $0.jsonText }
        guard let text = template.filled(with: texts) else {
            throw failure("the number of arguments differs from the number of {}")
        }
        return .string(text)
    }

    func parsed() throws(StateFailure) -> JSONValue {
        let text = try string(0)
        // A text of nothing but white space yields null, as recorded from the service.
        if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { return .null }
        do throws(StateMachineError) {
            return try JSONValue(parsing: text)
        } catch {
            throw failure(error.message)
        }
    }

    /// The parts between any of the second string's characters; empty parts are left out.
    func split() throws(StateFailure) -> JSONValue {
        let separators = Array(try string(1).unicodeScalars)
        let parts = try string(0).unicodeScalars.split { separators.contains($0) }
        return .array(parts.map { .string(String($0)) })
    }

    func merged() throws(StateFailure) -> JSONValue {
        guard let first = values[0].object, let second = values[1].object else {
            throw failure("the first two arguments must be objects")
        }
        guard values[2].bool == false else { throw failure("only the shallow merge (false) is supported") }
        return .object(first.merging(second))
    }

    func base64Decoded() throws(StateFailure) -> JSONValue {
        guard let bytes = Base64.decode(try limitedString(0)) else { throw failure("the string is not Base64") }
        return .string(String(decoding: bytes, as: UTF8.self))
    }

    func hash(_ hash: (String, [UInt8]) -> String?) throws(StateFailure) -> JSONValue {
        let algorithm = try string(1)
        let text = values[0].string ?? values[0].jsonText
        guard text.utf16.count <= 10_000 else { throw failure("the data is longer than 10000 characters") }
        guard ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"].contains(algorithm),
            let digest = hash(algorithm, Array(text.utf8))
        else { throw failure("unknown algorithm") }
        return .string(digest)
    }

    func sum() throws(StateFailure) -> JSONValue {
        let (sum, overflows) = try integer(0).addingReportingOverflow(try integer(1))
        guard !overflows else { throw failure("the sum is out of range") }
        return .integer(sum)
    }

    /// A whole number from the first up to but not the second; with a seed always the same one.
    func random(_ random: () -> Double) throws(StateFailure) -> JSONValue {
        let (first, end) = (try integer(0), try integer(1))
        let (width, overflows) = end.subtractingReportingOverflow(first)
        guard width > 0, !overflows else { throw failure("the second number must be greater than the first") }
        let fraction = values.count == 3 ? Self.fraction(seed: try integer(2)) : random()
        return .integer(Swift.min(end - 1, first + Int64(fraction * Double(width))))
    }

    /// One step of the SplitMix64 generator, as a number from 0 up to but not 1.
    private static func fraction(seed: Int64) -> Double {
        var bits = UInt64(bitPattern: seed) &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((bits ^ (bits >> 31)) >> 11) * 0x1p-53
    }
}

/// RFC 4648 Base64 with padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or `nil` when the text is not Base64; missing padding is taken as given.
    static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
        guard digits.count % 4 != 1, text.utf8.count - digits.count <= 2 else { return nil }
        var bytes: [UInt8] = []
        var (bits, count) = (0, 0)
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            bits = (bits << 6 | value) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 0xFF))
            }
        }
        return bytes
    }
}
