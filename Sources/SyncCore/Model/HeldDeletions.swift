/// Deletions of a vault that were held back until somebody says that they are meant.
///
///     {"id": "3f9c01a2b7de", "files": 90}
package struct HeldDeletions: Codable, Hashable, Sendable {
    /// What people call the set by: twelve hexadecimal digits, made of the vault and of all its paths.
    package var id: String
    /// How many files are in it.
    package var files: Int
    /// Whether the listing itself was in doubt, so that no other listing lets them pass by itself.
    package var isDoubtful: Bool?

    private enum CodingKeys: String, CodingKey {
        case id, files
        case isDoubtful = "doubtful"
    }

    /// Makes a set.
    package init(id: String, files: Int, isDoubtful: Bool? = nil) {
        self.id = id
        self.files = files
        self.isDoubtful = isDoubtful
    }

    /// How many digits an id has.
    package static let digits = 12

    /// Whether a text may be the id of a set.
    package static func isID(_ text: String) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
