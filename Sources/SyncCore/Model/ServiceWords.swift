/// What the service itself says, made fit for people: short, without what steers a terminal, and without what may be a secret
/// or somebody's address.
package struct ServiceWords: CustomStringConvertible {
    private static let longest = 200
    /// Words with a digit from this length on may be tokens or keys.
    private static let longestPlainWord = 10

    /// The words.
    package let description: String

    /// Takes words as they came.
    package init(_ text: String) {
        let plain = text.unicodeScalars.prefix(Self.longest * 4).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: " "
            default: Character(scalar)
            }
        }
        let words = plain.split(separator: " ").map { word in Self.isPrivate(word) ? "…" : String(word) }
        description = String(words.joined(separator: " ").prefix(Self.longest))
    }

    /// A vault as people know it, for messages: `"Notes" (9b1d…)`.
    package static func label(_ name: String, _ id: VaultID) -> String { "\"\(ServiceWords(name))\" (\(id))" }

    private static func isPrivate(_ word: ArraySlice<Character>) -> Bool {
        if word.contains("@") { return true }
        let letters = word.count { $0.isLetter || $0.isNumber }
        return word.contains(where: \.isNumber) && letters >= longestPlainWord || letters >= 40
    }
}
