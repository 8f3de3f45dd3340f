/// A text in which very many others are looked for: most of them are ruled out by their first eight bytes.
struct TextIndex {
    private static let gramLength = 8

    private let bytes: [UInt8]
    private let grams: Set<UInt64>

    init(_ text: String) {
        bytes = Array(text.utf8)
        var grams: Set<UInt64> = []
        var gram: UInt64 = 0
        for (position, byte) in bytes.enumerated() {
            gram = gram << 8 | UInt64(byte)
            if position + 1 >= Self.gramLength { grams.insert(gram) }
        }
        self.grams = grams
    }

    /// Whether the text holds these bytes, which are at least one.
    func contains(_ wanted: [UInt8]) -> Bool {
        if wanted.count >= Self.gramLength {
            let gram = wanted.prefix(Self.gramLength).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            guard grams.contains(gram) else { return false }
        }
        guard wanted.count <= bytes.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
    }
}
