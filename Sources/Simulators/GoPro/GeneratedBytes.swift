/// Bytes that follow from a seed and their offset alone, so that any range of a file of any size is made on the fly.
package struct GeneratedBytes: Hashable, Sendable {
    /// What tells one file's bytes from another's.
    package let seed: UInt64

    /// Bytes for a name.
    package init(name: String) {
        // FNV-1a, 64 bits.
        seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The bytes of a range of offsets.
    package func bytes(_ range: Range<Int64>) -> [UInt8] {
        guard !range.isEmpty else { return [] }
        return [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            var position = 0
            var word = UInt64(range.lowerBound / 8)
            var skip = Int(range.lowerBound % 8)
            while position < buffer.count {
                var value = Self.mixed(seed &+ word &* 0x9E37_79B9_7F4A_7C15) >> UInt64(skip * 8)
                var left = 8 - skip
                while left > 0, position < buffer.count {
                    buffer[position] = UInt8(truncatingIfNeeded: value)
                    value >>= 8
                    position &+= 1
                    left &-= 1
                }
                skip = 0
                word &+= 1
            }
            count = position
        }
    }

    /// The finaliser of SplitMix64.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
