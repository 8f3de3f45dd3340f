/// Takes a command line apart as a shell does: spaces separate words; quotes and backslashes keep them together.
enum ShellWords {
    /// The words; nil where a quote is not closed, or nothing follows a backslash.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = text.makeIterator()
        while let character = characters.next() {
            switch (character, quote) {
            case ("'", "'"), ("\"", "\""):
                quote = nil
            case (_, "'"):
                word = (word ?? "") + String(character)
            case ("\\", "\""):
                guard let next = characters.next() else { return nil }
                word = (word ?? "") + (next == "\"" || next == "\\" ? String(next) : "\\" + String(next))
            case (_, "\""):
                word = (word ?? "") + String(character)
            case ("\\", _):
                guard let next = characters.next() else { return nil }
                word = (word ?? "") + String(next)
            case ("'", _), ("\"", _):
                quote = character
                word = word ?? ""
            case (" ", _), ("\t", _), ("\n", _):
                if let word { words.append(word) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        return words
    }
}
