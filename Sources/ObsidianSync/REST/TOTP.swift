package import Clocks
import Crypto
package import SyncCore

/// Time-based one-time passwords (RFC 6238): SHA-1, steps of 30 seconds, 6 digits.
package struct TOTP: Sendable {
    /// How long a code is valid.
    package static let step: Duration = .seconds(30)

    private let secret: [UInt8]

    /// Takes a secret in base32 as people have it: with spaces, hyphens, in lower case, without padding.
    ///
    /// - Throws: `InvalidConfiguration` when it cannot be decoded.
    package init(secret text: String) throws(SyncError) {
        var bits: UInt32 = 0
        var count = 0
        var secret: [UInt8] = []
        for character in text.utf8 where character != UInt8(ascii: " ") && character != UInt8(ascii: "-") {
            if character == UInt8(ascii: "=") { continue }
            guard let value = Self.value(of: character) else {
                throw SyncError(
                    .invalidConfiguration,
                    "the secret's field auth.totp_secret is not base32; copy the setup key of the two-factor set-up"
                )
            }
            bits = bits << 5 | value
            count += 5
            if count >= 8 {
                count -= 8
                secret.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard !secret.isEmpty else {
            throw SyncError(
                .invalidConfiguration,
                "the secret's field auth.totp_secret is empty; remove it or fill it in"
            )
        }
        self.secret = secret
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a"))
        case UInt8(ascii: "2")...UInt8(ascii: "7"): UInt32(character - UInt8(ascii: "2")) + 26
        default: nil
        }
    }

    /// The code of the step that `time` lies in.
    package func code(at time: Timestamp) -> String {
        let counter = UInt64(max(0, time.milliseconds) / Self.step.wholeMilliseconds)
        let message = (0..<8).map { UInt8(truncatingIfNeeded: counter >> (56 - 8 * UInt64($0))) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
        let offset = Int(mac[mac.count - 1] & 0x0F)
        let number =
            UInt32(mac[offset] & 0x7F) << 24 | UInt32(mac[offset + 1]) << 16
            | UInt32(mac[offset + 2]) << 8 | UInt32(mac[offset + 3])
        let digits = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }
}
