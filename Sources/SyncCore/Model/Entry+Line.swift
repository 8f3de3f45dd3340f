import Clocks

extension Entry: LineCodable {
    /// Reads an entry as it was written; nil for any other form.
    package init?(_ scanner: inout LineScanner, like last: Entry?) {
        guard scanner.member("handle"), let handle = scanner.text(), scanner.member("kind"),
            let kind = scanner.literal("\"file\"") ? .file : scanner.text().flatMap(Kind.init)
        else { return nil }
        var mtime: Timestamp?
        if scanner.member("mtime") {
            guard let milliseconds = scanner.integer() else { return nil }
            mtime = Timestamp(milliseconds: milliseconds)
        }
        guard scanner.member("path"), let path = scanner.text() else { return nil }
        var previousPath: VaultPath?
        if scanner.member("previous_path") {
            guard let text = scanner.text() else { return nil }
            previousPath = VaultPath(text)
        }
        var sha256: String?
        if scanner.member("sha256") {
            guard let text = scanner.text() else { return nil }
            sha256 = text
        }
        var size: Int64?
        if scanner.member("size") {
            guard let bytes = scanner.integer() else { return nil }
            size = bytes
        }
        guard scanner.member("version"), let version = scanner.integer(), scanner.end() else { return nil }
        self.init(
            kind: kind,
            path: VaultPath(path),
            version: version,
            handle: handle,
            size: size,
            mtime: mtime,
            sha256: sha256,
            previousPath: previousPath
        )
    }
}

extension Entry {
    /// Appends the entry as the generic encoder writes it: members by name, no escapes.
    ///
    /// - Returns: false where a text needs escapes; what was appended then is of no use.
    func appendPlainLine(to line: inout [UInt8]) -> Bool {
        line += #"{"handle":""#.utf8
        guard Self.append(handle, to: &line) else { return false }
        line += #"","kind":""#.utf8
        line += kind.rawValue.utf8
        if let mtime {
            line += #"","mtime":"#.utf8
            line += String(mtime.milliseconds).utf8
            line += #","path":""#.utf8
        } else {
            line += #"","path":""#.utf8
        }
        guard Self.append(path.rawValue, to: &line) else { return false }
        if let previousPath {
            line += #"","previous_path":""#.utf8
            guard Self.append(previousPath.rawValue, to: &line) else { return false }
        }
        if let sha256 {
            line += #"","sha256":""#.utf8
            guard Self.append(sha256, to: &line) else { return false }
        }
        line += "\"".utf8
        if let size {
            line += #","size":"#.utf8
            line += String(size).utf8
        }
        line += #","version":"#.utf8
        line += String(version).utf8
        line += "}\n".utf8
        return true
    }

    /// Appends a text that needs no escapes; false where it does.
    private static func append(_ text: String, to line: inout [UInt8]) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            for byte in bytes where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                return false
            }
            line.append(contentsOf: bytes)
            return true
        }
    }
}
