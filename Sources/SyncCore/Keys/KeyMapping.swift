/// Where files and working data go.
package enum KeyMapping {
    /// Folders that hold Obsync's own data; no vault may take them.
    package static let reservedFolders: Set<String> = ["state", ".obsync"]
    private static let longestFolderInBytes = 200

    /// The object key of a file: `<folder>/<path>`, or the path alone for a vault without a folder.
    ///
    /// - Throws: `NameRefused` when the path would leave the folder, lies where Obsync's own data is, is taken for a folder of Git,
    ///   or fits no store.
    package static func key(folder: String, path: VaultPath) throws(SyncError) -> ObjectKey {
        // For Git on Windows a backslash separates segments, too.
        let segments = path.rawValue.unicodeScalars.split { $0 == "/" || $0 == "\\" }
        guard !segments.contains(where: { GitName.matches($0) }) else {
            throw SyncError(
                .nameRefused,
                "a name would be taken for a folder of Git, which may run programs",
                reason: "git"
            )
        }
        guard !folder.isEmpty else {
            let first = path.rawValue.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1).first
            guard let first, !reservedFolders.contains(where: { $0.utf8.elementsEqual(first) }) else {
                throw SyncError(.nameRefused, "a name lies in a folder that Obsync keeps for itself")
            }
            return try ObjectKey(path.rawValue)
        }
        return try ObjectKey(folder + "/" + path.rawValue)
    }

    /// The folder of a vault: its name, made harmless; with ` (<first 8 of id>)` where the plain name is taken, and with
    /// the whole id where that is taken too.
    ///
    /// - Parameters:
    ///   - vault: the vault.
    ///   - taken: the plain folder names of the account's other vaults, and the folders that they have.
    /// - Returns: one path segment.
    package static func folder(for vault: Vault, besides taken: FolderNames) -> String {
        let plain = plainFolder(vault.name)
        guard taken.contains(plain) || plain.isEmpty || reservedFolders.contains(plain) else { return plain }
        let name = plain.isEmpty ? "vault" : plain
        let short = "\(name) (\(vault.id.rawValue.prefix(8)))"
        return taken.contains(short) ? "\(name) (\(vault.id.rawValue))" : short
    }

    /// A vault's name as the name of its folder: a plain segment without dots and invisible characters at its beginning, so
    /// that it is never hidden. Empty where nothing is left, or where Git would take it for its own.
    package static func plainFolder(_ name: String) -> String {
        let shown = name.unicodeScalars.drop { $0 == " " || $0 == "." || GitName.isInvisible($0) }
        let text = plainSegment(String(String.UnicodeScalarView(shown)))
        return GitName.matches(text.unicodeScalars) ? "" : text
    }

    /// A name as one path segment: separators and control characters become `-`, the ends are trimmed, and a name of dots
    /// only becomes empty.
    package static func plainSegment(_ name: String) -> String {
        var segment = String.UnicodeScalarView()
        var bytes = 0
        for scalar in name.unicodeScalars {
            let isHarmful = scalar == "/" || scalar == "\\" || scalar.value < 0x20 || scalar.value == 0x7F
            let harmless: Unicode.Scalar = isHarmful ? "-" : scalar
            bytes += UTF8.width(harmless)
            guard bytes <= longestFolderInBytes else { break }
            segment.append(harmless)
        }
        let trimmed = segment.drop { $0 == " " }
        let end = trimmed.lastIndex { $0 != " " }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        let text = String(String.UnicodeScalarView(trimmed[..<end]))
        return text.allSatisfy({ $0 == "." }) ? "" : text
    }

    /// The folder of a vault's working data in a run, within the state store.
    private static func stateFolder(vault: VaultID, run: RunID) -> String {
        "\(vault.rawValue)/\(run.rawValue)"
    }

    /// The key of a vault's sorted listing.
    ///
    /// - Throws: `InvalidInput` when the key would be longer than S3 allows.
    package static func manifest(vault: VaultID, run: RunID) throws(SyncError) -> ObjectKey {
        try ObjectKey(stateFolder(vault: vault, run: run) + "/manifest.jsonl")
    }

    /// The key of one sorted piece of a listing that is still being written.
    ///
    /// - Throws: `InvalidInput` when the key would be longer than S3 allows.
    package static func sortedPiece(_ number: Int, vault: VaultID, run: RunID) throws(SyncError) -> ObjectKey {
        try ObjectKey(stateFolder(vault: vault, run: run) + "/sorting/" + padded(number) + ".jsonl")
    }

    /// The key of what remains of a listing between two stretches of it.
    ///
    /// - Throws: `NameRefused`.
    package static func openListing(vault: VaultID, run: RunID) throws(SyncError) -> ObjectKey {
        try ObjectKey(stateFolder(vault: vault, run: run) + "/listing.json")
    }

    /// The key of one piece of the list of what is gone.
    ///
    /// - Throws: `InvalidInput` when the key would be longer than S3 allows.
    package static func gone(_ number: Int, vault: VaultID, run: RunID) throws(SyncError) -> ObjectKey {
        try ObjectKey(stateFolder(vault: vault, run: run) + "/gone/" + padded(number) + ".jsonl")
    }

    /// The folder, among those of a vault's runs, of what outlives them.
    package static let heldFolder = "held"

    /// The key of the sorted list of deletions that are held back. It outlives the run.
    ///
    /// - Throws: `InvalidInput` when the key would be longer than S3 allows.
    package static func held(_ id: String, vault: VaultID) throws(SyncError) -> ObjectKey {
        try ObjectKey("\(vault.rawValue)/\(heldFolder)/\(id).jsonl")
    }

    /// The key of such a list while it is written.
    ///
    /// - Throws: `InvalidInput` when the key would be longer than S3 allows.
    package static func heldDraft(vault: VaultID, run: RunID) throws(SyncError) -> ObjectKey {
        try ObjectKey(stateFolder(vault: vault, run: run) + "/held.jsonl")
    }

    /// The key of a batch.
    ///
    /// - Throws: `InvalidInput` when the key would be longer than S3 allows.
    package static func batch(_ number: Int, vault: VaultID, run: RunID) throws(SyncError) -> ObjectKey {
        try ObjectKey(stateFolder(vault: vault, run: run) + "/batches/" + padded(number) + ".jsonl")
    }

    /// The key of a run's own state.
    ///
    /// - Throws: `InvalidInput` when the key would be longer than S3 allows.
    package static func run(_ run: RunID) throws(SyncError) -> ObjectKey {
        try ObjectKey("runs/\(run.rawValue).json")
    }

    /// A batch number in six digits, so that names sort as numbers do.
    package static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
