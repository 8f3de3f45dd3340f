import Crypto
import FoundationEssentials

/// Time-based one-time codes (RFC 6238): HMAC-SHA-1, steps of 30 seconds, six digits.
enum OneTimeCode {
    /// The code of the step that holds `unixTime` (seconds); nil when the secret is not base32.
    static func code(secret: String, unixTime: Int64) -> String? {
        guard let key = decodeBase32(secret) else { return nil }
        let step = withUnsafeBytes(of: UInt64(bitPattern: unixTime / 30).bigEndian) { Array($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: step, using: SymmetricKey(data: key)))
        let offset = Int(mac[mac.count - 1] & 0x0F)
        var value = UInt32(mac[offset] & 0x7F)
        for byte in mac[(offset + 1)...(offset + 3)] { value = value << 8 | UInt32(byte) }
        let digits = String(value % 1_000_000)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// Whether `code` is the code of this step or of a neighbouring one.
    static func accepts(_ code: String, secret: String, unixTime: Int64) -> Bool {
        [Int64(-30), 0, 30].contains { Self.code(secret: secret, unixTime: unixTime + $0) == code }
    }

    /// Takes spaces, hyphens, lower case and missing padding, as people type secrets.
    private static func decodeBase32(_ text: String) -> [UInt8]? {
        var result: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.uppercased().utf8 {
            let value: UInt32
            switch character {
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "="): continue
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(character - UInt8(ascii: "A"))
            case UInt8(ascii: "2")...UInt8(ascii: "7"): value = UInt32(character - UInt8(ascii: "2")) + 26
            default: return nil
            }
            buffer = (buffer << 5 | value) & 0xFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return result
    }
}
