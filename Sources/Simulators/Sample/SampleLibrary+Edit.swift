extension SampleLibrary {
    /// What one round of edits did to one vault; paths as they were at that moment.
    package struct Edit: Sendable {
        /// The vault's id.
        package let vaultID: String
        /// Notes with new content.
        package var changed: [String] = []
        /// Notes that are new.
        package var added: [String] = []
        /// The note that is gone.
        package var deleted: [String] = []
        /// The note that moved, under its old name and its new one.
        package var renamed: [(from: String, to: String)] = []
    }

    /// Makes one round of changes in each vault: three notes changed, two added, one deleted, one renamed.
    ///
    /// What is changed depends on the library's state and on `round` alone. Rounds are numbered from 1, each used once.
    /// - Returns: What was done, by vault.
    /// - Throws: what the cipher throws.
    @discardableResult
    package static func edit(_ library: SimulatedLibrary, round: Int) throws -> [Edit] {
        try library.vaults.map { try edit($0, round: round) }
    }

    private static func edit(_ vault: SimulatedVault, round: Int) throws -> Edit {
        let seed = "edit/\(vault.configuration.id)/\(round)"
        var writer = SampleWriter(seed)
        var edit = Edit(vaultID: vault.configuration.id)
        // Ordered by path, so that the choice does not depend on anything else.
        let notes = vault.account().files.filter(isOrdinaryNote)
        let chosen = writer.random.pick(5, of: notes)

        for note in chosen.prefix(3) {
            guard let content = vault.record(uid: note.uid)?.content else { continue }
            let text = "\n## Added in round \(round)\n\n\(writer.paragraph(3))\n"
            vault.write(note.path, .bytes(content.bytes() + Array(text.utf8)), by: .init(device: "laptop"))
            edit.changed.append(note.path)
        }
        for number in 1...2 {
            let path = "Inbox/Round \(round), note \(number).md"
            vault.write(path, .text(writer.idea("Round \(round), note \(number)")), by: .init(device: "phone"))
            edit.added.append(path)
        }
        if let note = chosen.dropFirst(3).first {
            try vault.delete(note.path)
            edit.deleted.append(note.path)
        }
        if let note = chosen.dropFirst(4).first {
            let path = String(note.path.dropLast(3)) + " (moved \(round)).md"
            try vault.rename(note.path, to: path)
            edit.renamed.append((from: note.path, to: path))
        }
        return edit
    }

    /// Notes with hard names, and what other edits made, are left alone: the cases they stand for must stay.
    private static func isOrdinaryNote(_ file: SimulatedFile) -> Bool {
        file.size > 0 && file.path.hasSuffix(".md")
            && !["Names/", "Inbox/", "Places/"].contains { file.path.hasPrefix($0) }
    }
}
