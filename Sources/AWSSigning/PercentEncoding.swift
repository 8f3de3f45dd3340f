/// Percent-encoding as AWS defines it: every byte but the unreserved ones of RFC 3986, upper-case digits.
package enum PercentEncoding {
    /// Encodes a query name or value; `/` is encoded too.
    package static func query(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes, keepingSlash: false)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Encodes a path; `/` stays what it is.
    package static func path(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes, keepingSlash: true)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(_ text: String, to bytes: inout [UInt8], keepingSlash: Bool) {
        for byte in text.utf8 {
            if isUnreserved(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(upperCaseDigit(byte >> 4))
                bytes.append(upperCaseDigit(byte & 15))
            }
        }
    }

    private static func upperCaseDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
