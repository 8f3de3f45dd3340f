/// Which library a version belongs to, and the place that it is mirrored to: versions of two epochs cannot be compared.
///
/// The provider gives the library's own part: a fingerprint that changes when the library is replaced as a whole, for example because it
/// was encrypted anew. It holds no secret. Its JSON form is the text: the library's part, then `@` and the place. Conditions of the record
/// stores compare that text, so it never changes for a library that stays.
package struct VaultEpoch: RawRepresentable, Hashable, Codable, Sendable {
    /// The text.
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The epoch of a library as its provider states it, of no place yet.
    package init(library: String) {
        self.init(rawValue: library)
    }

    /// The place that the library is mirrored to; nil for none.
    package var place: Substring? {
        rawValue.firstIndex(of: Self.mark).map { rawValue[rawValue.index(after: $0)...] }
    }

    /// The epoch of the same library as it is mirrored to a place.
    package func mirrored(to place: String) -> VaultEpoch {
        VaultEpoch(rawValue: "\(rawValue)\(Self.mark)\(place)")
    }

    private static let mark: Character = "@"
}
