extension MirrorInvariants {
    /// Those of some texts that must not be told and that a text holds all the same.
    package static func secrets(_ secrets: [String], toldBy text: String) -> Set<String> {
        PrivateTexts(secrets).found(in: text)
    }
}

/// Very many texts that are looked for in others at once: each place of a text costs a few look-ups, however many they are.
struct PrivateTexts {
    private static let longestShort = 7

    /// Texts of up to seven bytes, packed, by their length.
    private var short: [Int: [UInt64: String]] = [:]
    /// Longer ones, by their first eight bytes.
    private var long: [UInt64: [(bytes: [UInt8], text: String)]] = [:]

    init(_ texts: [String]) {
        for text in Set(texts) where !text.isEmpty {
            let bytes = Array(text.utf8)
            if bytes.count <= Self.longestShort {
                short[bytes.count, default: [:]][Self.packed(bytes[...])] = text
            } else {
                long[Self.packed(bytes[..<8]), default: []].append((bytes, text))
            }
        }
    }

    /// Those that a text holds.
    func found(in text: String) -> Set<String> {
        var text = text
        return text.withUTF8 { bytes in
            var found: Set<String> = []
            // The last eight bytes: what ends here, of whatever length, is in it.
            var window: UInt64 = 0
            var end = 0
            while end < bytes.count {
                window = window << 8 | UInt64(bytes[end])
                end += 1
                for (length, texts) in short where length <= end {
                    if let text = texts[window & (1 << UInt64(8 * length) - 1)] { found.insert(text) }
                }
                guard end >= 8, let candidates = long[window] else { continue }
                for candidate in candidates where bytes[(end - 8)...].starts(with: candidate.bytes) {
                    found.insert(candidate.text)
                }
            }
            return found
        }
    }

    private static func packed(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var packed: UInt64 = 0
        for byte in bytes { packed = packed << 8 | UInt64(byte) }
        return packed
    }
}
