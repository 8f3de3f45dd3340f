/// The provider's identifier of a vault.
///
/// It becomes part of object keys and table keys, so it is checked when it is made.
package struct VaultID: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The identifier as text.
    package let rawValue: String

    /// Takes an identifier of 1 to 128 ASCII letters, digits, `-` and `_`; anything else is refused.
    package init?(_ rawValue: String) {
        guard isPlainIdentifier(rawValue, upTo: 128) else { return nil }
        self.rawValue = rawValue
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let checked = VaultID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a vault id is letters, digits, - and _")
            )
        }
        self = checked
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    package var description: String { rawValue }
}

/// The identifier of a run. It survives retries, redrive and continuation, and owns the leases of its vaults.
package struct RunID: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The identifier as text.
    package let rawValue: String

    /// Takes an identifier of 1 to 72 ASCII letters, digits, `-` and `_`; anything else is refused.
    ///
    /// Step Functions allows execution names of 80 characters; the rest is for the generation of a continuation.
    package init?(_ rawValue: String) {
        guard isPlainIdentifier(rawValue, upTo: 72) else { return nil }
        self.rawValue = rawValue
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let checked = RunID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a run id is letters, digits, - and _")
            )
        }
        self = checked
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
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
