/// One line of a gitignore file, over bytes.
///
///     *.tmp          any file or folder of such a name, at any depth
///     /notes/a.md    at the top of the vault only, as every pattern with a slash before its end
///     drafts/        folders only, with all that is in them
///     **/old/**      any number of folders
///     a?c [a-z] [!x] one character, but never a slash
///     !keep.tmp      takes back what an earlier line excluded
///     \#note \!note  a name that begins with such a character; a backslash takes any character as it is
struct GitignorePattern: Hashable, Sendable {
    /// Whether it takes back what earlier patterns excluded.
    let isNegated: Bool
    private let isForFoldersOnly: Bool
    /// Whether the whole path has to match rather than the last segment.
    private let isAnchored: Bool
    private let tokens: [Token]

    private enum Token: Hashable, Sendable {
        case byte(UInt8)
        /// `?`
        case anyCharacter
        /// `*`
        case anyText
        /// `**/`: no folder, or any number of them.
        case anyFolders
        /// `/**`: everything below.
        case everything
        case oneOf([ClosedRange<UInt8>], isNegated: Bool)
    }

    /// Reads a line; nil for an empty one and for a comment.
    init?(_ line: String) {
        var bytes = Self.withoutTrailingSpaces(Array(line.utf8))[...]
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let first = bytes.first, first != UInt8(ascii: "#") else { return nil }
        isNegated = first == UInt8(ascii: "!")
        if isNegated { bytes.removeFirst() }
        isForFoldersOnly = bytes.last == UInt8(ascii: "/")
        if isForFoldersOnly { bytes.removeLast() }
        isAnchored = bytes.contains(UInt8(ascii: "/"))
        if bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
        guard !bytes.isEmpty else { return nil }
        tokens = Self.tokens(of: Array(bytes))
    }

    /// Whether the pattern matches a path.
    ///
    /// - Parameters:
    ///   - path: the path's bytes, without a slash at either end.
    ///   - isFolder: whether it is a folder's.
    /// - Returns: whether it matches, whatever that means for the path.
    func matches(_ path: ArraySlice<UInt8>, isFolder: Bool) -> Bool {
        if isForFoldersOnly, !isFolder { return false }
        guard !isAnchored, let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return Self.match(tokens, path) }
        return Self.match(tokens, path[(slash + 1)...])
    }

    /// Spaces at the end do not count, unless a backslash stands before them.
    private static func withoutTrailingSpaces(_ bytes: [UInt8]) -> [UInt8] {
        var end = bytes.count
        while end > 0, bytes[end - 1] == UInt8(ascii: " ") {
            let backslashes = bytes[..<(end - 1)].reversed().prefix { $0 == UInt8(ascii: "\\") }.count
            if backslashes % 2 == 1 { break }
            end -= 1
        }
        return Array(bytes[..<end])
    }
}

extension GitignorePattern {
    private static func tokens(of bytes: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var position = 0
        while position < bytes.count {
            let isSegmentStart = position == 0 || bytes[position - 1] == UInt8(ascii: "/")
            switch bytes[position] {
            case UInt8(ascii: "*"):
                let stars = bytes[position...].prefix { $0 == UInt8(ascii: "*") }.count
                let next = position + stars
                if stars == 2, isSegmentStart, next < bytes.count, bytes[next] == UInt8(ascii: "/") {
                    tokens.append(.anyFolders)
                    position = next + 1
                } else if stars == 2, isSegmentStart, next == bytes.count {
                    tokens.append(.everything)
                    position = next
                } else {
                    tokens.append(.anyText)
                    position = next
                }
            case UInt8(ascii: "?"):
                tokens.append(.anyCharacter)
                position += 1
            case UInt8(ascii: "["):
                if let (token, next) = bracket(bytes, position) {
                    tokens.append(token)
                    position = next
                } else {
                    tokens.append(.byte(bytes[position]))
                    position += 1
                }
            case UInt8(ascii: "\\") where position + 1 < bytes.count:
                tokens.append(.byte(bytes[position + 1]))
                position += 2
            default:
                tokens.append(.byte(bytes[position]))
                position += 1
            }
        }
        return tokens
    }

    /// Reads `[…]`; nil where it is not closed, and stands for itself then.
    private static func bracket(_ bytes: [UInt8], _ start: Int) -> (Token, next: Int)? {
        var position = start + 1
        let isNegated = position < bytes.count && [UInt8(ascii: "!"), UInt8(ascii: "^")].contains(bytes[position])
        if isNegated { position += 1 }
        var ranges: [ClosedRange<UInt8>] = []
        let first = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "]") || position == first {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
            let low = bytes[position]
            var high = low
            if position + 2 < bytes.count, bytes[position + 1] == UInt8(ascii: "-"),
                bytes[position + 2] != UInt8(ascii: "]")
            {
                position += 2
                if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
                high = bytes[position]
            }
            if low <= high { ranges.append(low...high) }
            position += 1
        }
        return position < bytes.count ? (.oneOf(ranges, isNegated: isNegated), position + 1) : nil
    }

    /// Matches with two marks to come back to: the last `*`, and the last `**/`. So the time is at most quadratic in the
    /// length of a path, whatever the pattern is.
    private static func match(_ tokens: [Token], _ path: ArraySlice<UInt8>) -> Bool {
        var token = 0
        var position = path.startIndex
        var star: (token: Int, position: Int)?
        var folders: (token: Int, position: Int)?
        while true {
            if token < tokens.count {
                switch tokens[token] {
                case .everything:
                    return position < path.endIndex
                case .anyFolders:
                    token += 1
                    folders = (token, position)
                    star = nil
                    continue
                case .anyText:
                    token += 1
                    star = (token, position)
                    continue
                default:
                    if let next = step(tokens[token], path, position) {
                        token += 1
                        position = next
                        continue
                    }
                }
            } else if position == path.endIndex {
                return true
            }
            // Give the last star one more byte; else the last `**/` one more folder.
            if let mark = star, mark.position < path.endIndex, path[mark.position] != UInt8(ascii: "/") {
                star = (mark.token, mark.position + 1)
                (token, position) = (mark.token, mark.position + 1)
            } else if let mark = folders, let slash = path[mark.position...].firstIndex(of: UInt8(ascii: "/")) {
                folders = (mark.token, slash + 1)
                star = nil
                (token, position) = (mark.token, slash + 1)
            } else {
                return false
            }
        }
    }

    /// Where the path goes on after one token that stands for one character; nil when it does not match.
    private static func step(_ token: Token, _ path: ArraySlice<UInt8>, _ position: Int) -> Int? {
        guard position < path.endIndex else { return nil }
        let byte = path[position]
        switch token {
        case .byte(let expected):
            return byte == expected ? position + 1 : nil
        case .oneOf(let ranges, let isNegated):
            guard byte != UInt8(ascii: "/"), ranges.contains(where: { $0.contains(byte) }) != isNegated else {
                return nil
            }
            return isNegated ? character(in: path, at: position) : position + 1
        default:
            return byte == UInt8(ascii: "/") ? nil : character(in: path, at: position)
        }
    }

    /// The end of the UTF-8 character at a position.
    private static func character(in path: ArraySlice<UInt8>, at position: Int) -> Int {
        var end = position + 1
        while end < path.endIndex, path[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}
