import AWSClient
import Checksums
import FoundationEssentials
import SyncCore

/// The mark of an object as an attribute of its record: an ETag takes half of its text as bytes.
///
/// An ETag is 32 hexadecimal digits, of an object in parts with `-` and the number of the parts behind them: that is 16 bytes,
/// or 18 with the number in the last two, the higher byte first. Any other mark stays the text that it is.
enum FingerprintValue {
    private static let digits = 32
    private static let bytes = 16

    static func value(_ fingerprint: ObjectFingerprint) -> DynamoDB.AttributeValue {
        bytes(fingerprint.rawValue).map { .b(Data($0)) } ?? .s(fingerprint.rawValue)
    }

    static func fingerprint(_ value: DynamoDB.AttributeValue) -> ObjectFingerprint? {
        guard case .b(let data) = value else { return value.string.map { ObjectFingerprint($0) } }
        let all = [UInt8](data)
        let etag = Hex.encoded(all.prefix(bytes))
        switch all.count {
        case bytes: return ObjectFingerprint(etag)
        case bytes + 2: return ObjectFingerprint("\(etag)-\(Int(all[bytes]) << 8 | Int(all[bytes + 1]))")
        default: return nil
        }
    }

    /// Nil for what would not come back as it was.
    private static func bytes(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = halves.first, first.utf8.count == digits, let etag = try? Hex.decoded(String(first)),
            Hex.encoded(etag) == first
        else { return nil }
        guard halves.count == 2 else { return etag }
        guard let parts = UInt16(halves[1]), String(parts) == halves[1] else { return nil }
        return etag + [UInt8(parts >> 8), UInt8(parts & 0xFF)]
    }
}
