/// A string in which `*` stands for any text; a backslash takes the next character as it is.
struct StringPattern: Hashable, Sendable {
    private var pieces: [[Unicode.Scalar]] = [[]]

    /// Reads a pattern.
    ///
    /// - Throws: `SyntaxProblem` when a backslash stands before anything but `*` and a backslash.
    init(_ text: String) throws(SyntaxProblem) {
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                guard scalar == "*" || scalar == "\\" else {
                    throw SyntaxProblem("a backslash may only stand before * and \\")
                }
                pieces[pieces.count - 1].append(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "*" {
                pieces.append([])
            } else {
                pieces[pieces.count - 1].append(scalar)
            }
        }
        if isEscaped { throw SyntaxProblem("a backslash stands at the end") }
    }

    func matches(_ text: String) -> Bool {
        var rest = Array(text.unicodeScalars)[...]
        guard let first = pieces.first, let last = pieces.last else { return rest.isEmpty }
        if pieces.count == 1 { return rest.elementsEqual(first) }
        guard rest.starts(with: first) else { return false }
        rest = rest.dropFirst(first.count)
        // The leftmost place is right for each piece in between: it leaves the most for those that follow.
        for piece in pieces.dropFirst().dropLast() {
            guard let end = Self.firstEnd(of: piece, in: rest) else { return false }
            rest = rest[end...]
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }

    private static func firstEnd(of piece: [Unicode.Scalar], in text: ArraySlice<Unicode.Scalar>) -> Int? {
        guard text.count >= piece.count else { return nil }
        for start in text.startIndex...(text.endIndex - piece.count) where text[start...].starts(with: piece) {
            return start + piece.count
        }
        return nil
    }
}
