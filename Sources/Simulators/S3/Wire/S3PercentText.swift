/// Percent-encoding as S3 reads and writes it.
///
/// Written from its documentation and not shared with our client: a double that took its client's code would agree with
/// the client's mistakes.
enum S3PercentText {
    /// The bytes that a text stands for; nil for a `%` without two digits.
    static func decode(_ text: Substring, plusIsSpace: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var source = text.utf8.makeIterator()
        while let byte = source.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = source.next().flatMap(value), let low = source.next().flatMap(value) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return bytes
    }

    /// The same as text; nil for what is not UTF-8 as well.
    static func decodeText(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        decode(text, plusIsSpace: plusIsSpace).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Everything but letters, digits and `-._~` becomes `%XX`.
    static func encode(_ bytes: some Sequence<UInt8>, keeping kept: Set<UInt8> = []) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if isUnreserved(byte) || kept.contains(byte) {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "%"))
                text.append(digits[Int(byte >> 4)])
                text.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A key as listings with `encoding-type=url` give it: `/` stays, a space is `+`.
    static func encodeForListing(_ key: S3Key) -> String {
        encode(key.bytes, keeping: [UInt8(ascii: "/"), UInt8(ascii: " ")]).split(
            separator: " ",
            omittingEmptySubsequences: false
        ).joined(separator: "+")
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        Character(UnicodeScalar(digit)).hexDigitValue.map(UInt8.init)
    }
}

/// The key of an object: bytes, not text. Two spellings that Swift takes for equal are two objects.
struct S3Key: Hashable, Comparable, Sendable {
    let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// As text; keys are UTF-8.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    static func < (left: S3Key, right: S3Key) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    func hasPrefix(_ prefix: S3Key) -> Bool { bytes.starts(with: prefix.bytes) }
}
