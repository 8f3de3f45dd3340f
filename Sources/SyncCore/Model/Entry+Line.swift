extension Entry: LineCodable {
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
