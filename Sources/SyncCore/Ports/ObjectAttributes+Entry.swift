extension ObjectAttributes {
    /// What is stored with the object of a file.
    package init(_ entry: Entry, key: ObjectKey, provider: String, vault: VaultID) {
        self.init(
            contentType: ContentType.of(key),
            sha256: entry.sha256,
            sourceVersion: String(entry.version),
            mtime: entry.mtime,
            path: entry.path,
            tags: ["provider": provider, "vault": vault.rawValue]
        )
    }
}
