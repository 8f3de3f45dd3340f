/// Names that Git takes for its own folder. What lies in one may run programs as soon as somebody works beside it.
enum GitName {
    /// Whether some file system or version of Git takes a path segment for `.git`.
    ///
    /// Upper and lower case are one; HFS+ passes by invisible characters; NTFS passes by dots and blanks at the end and
    /// what follows a colon, and knows `.git` as `git~1` as well.
    static func matches(_ segment: some Sequence<Unicode.Scalar>) -> Bool {
        var name = String.UnicodeScalarView()
        for scalar in segment where !isInvisible(scalar) {
            if scalar == ":" { break }
            name.append(scalar)
        }
        while let last = name.last, last == "." || last == " " { name.removeLast() }
        let plain = String(name).lowercased()
        return plain == ".git" || plain == "git~1"
    }

    /// Whether a character shows nothing: joiners, marks of direction, and the like.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x34F, 0x61C, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF: true
        default: false
        }
    }
}
