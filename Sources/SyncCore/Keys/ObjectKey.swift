/// The name of an object, relative to the prefix of its store.
///
/// Segments are separated by `/`; none is empty, `.` or `..`, and no byte is NUL. A key can therefore be a path below
/// a folder as it stands. Two keys are equal when their UTF-8 bytes are.
package struct ObjectKey: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// S3 takes keys of up to 1,024 bytes of UTF-8, prefix included.
    package static let longestInBytes = 1024

    /// The key as text.
    package let rawValue: String

    /// Checks a key.
    ///
    /// - Throws: `NameRefused` for a key that is empty, too long, or has a segment that no store takes.
    package init(_ rawValue: String) throws(SyncError) {
        guard !rawValue.isEmpty, rawValue.utf8.count <= Self.longestInBytes else {
            throw SyncError(.nameRefused, "a name is empty or longer than \(Self.longestInBytes) bytes")
        }
        guard !rawValue.utf8.contains(0) else {
            throw SyncError(.nameRefused, "a name contains a NUL byte")
        }
        for segment in rawValue.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let isDots = segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8)
            guard !segment.isEmpty, !isDots else {
                throw SyncError(.nameRefused, "a name has an empty segment or one of dots only")
            }
        }
        self.rawValue = rawValue
    }

    package init(from decoder: any Decoder) throws {
        try self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    package static func == (lhs: ObjectKey, rhs: ObjectKey) -> Bool {
        lhs.rawValue.utf8.elementsEqual(rhs.rawValue.utf8)
    }

    package static func < (lhs: ObjectKey, rhs: ObjectKey) -> Bool {
        lhs.rawValue.utf8.lexicographicallyPrecedes(rhs.rawValue.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in rawValue.utf8 { hasher.combine(byte) }
    }

    package var description: String { rawValue }
}
