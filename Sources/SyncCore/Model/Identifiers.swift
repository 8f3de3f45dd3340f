import Checksums

/// The provider's identifier of a vault.
///
/// It becomes part of object keys and table keys, so it is checked when it is made. Its JSON form is the text.
package struct VaultID: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The identifier as text.
    package let rawValue: String

    /// Takes an identifier of 1 to 128 ASCII letters, digits, `-` and `_`; anything else is refused.
    package init?(rawValue: String) {
        guard isPlainIdentifier(rawValue, upTo: 128), rawValue != Self.account.rawValue else { return nil }
        self.rawValue = rawValue
    }

    /// The same as ``init(rawValue:)``.
    package init?(_ rawValue: String) {
        self.init(rawValue: rawValue)
    }

    private init(unchecked rawValue: String) {
        self.rawValue = rawValue
    }

    /// Where the records of this vault's mirror in a further destination are. It is no identifier that a provider can give,
    /// and the same for the same destination.
    func mirrored(to destination: String) -> VaultID {
        VaultID(unchecked: "\(rawValue)@\(CRC64NVME(of: Array(destination.utf8)))")
    }

    /// The place of what concerns the account and no vault: the lease on renewing its token, and notes.
    package static let account = VaultID(unchecked: "_account")

    package var description: String { rawValue }
}

/// The identifier of a run. It survives retries, redrive and continuation, and owns the leases of its vaults.
///
/// Its JSON form is the text.
package struct RunID: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The identifier as text.
    package let rawValue: String

    /// Takes an identifier of 1 to 76 ASCII letters, digits, `-` and `_`; anything else is refused.
    ///
    /// Step Functions allows execution names of 80 characters; the rest is for the generation of a continuation.
    package init?(rawValue: String) {
        guard isPlainIdentifier(rawValue, upTo: 76) else { return nil }
        self.rawValue = rawValue
    }

    /// The same as ``init(rawValue:)``.
    package init?(_ rawValue: String) {
        self.init(rawValue: rawValue)
    }

    package var description: String { rawValue }
}

private func isPlainIdentifier(_ text: String, upTo length: Int) -> Bool {
    guard !text.isEmpty, text.utf8.count <= length else { return false }
    return text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
