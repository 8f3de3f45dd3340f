import Listing
import SyncCore

/// A run that failed: with what, and what became of it all the same.
struct FailedRun: Error {
    let error: SyncError
    let summary: Summary
    /// The credentials file; nil where the credentials are no file.
    let credentials: String?

    /// What people read. Each failure is said once, by its cause: vaults by name and id, files by their paths.
    ///
    /// - Parameter command: the command that was run, to be run again once the cause is mended.
    /// - Returns: the lines.
    func lines(command: String) -> [String] {
        let refused = summary.vaults.filter { $0.outcome == .refused }
        var lines =
            refused.isEmpty || error.name == .partialFailure
            ? ["obsync: \(error.name.rawValue): \(error.message)"] : []
        lines += refused.map { vault in
            let message = vault.message ?? error.message
            // Most messages say which vault they are about.
            let name = message.contains(vault.vaultID.rawValue) ? "" : "\(vault.shownName): "
            return "obsync: \(vault.error ?? error.name.rawValue): \(name)\(message)"
        }
        lines += summary.attentionLines
        let told = refused.map { "vault \($0.vaultID):" }
        lines += summary.notes.filter { note in !told.contains { note.hasPrefix($0) } }
            .map { "  note: \(summary.spoken($0))" }
        let done = summary.vaults.filter { $0.outcome == .mirrored }
        if !done.isEmpty {
            lines.append(
                "  Mirrored: " + done.map { "\($0.shownName), \($0.files.counted("file"))" }.joined(separator: "; ")
            )
        }
        if let advice = Advice(credentials: credentials, command: command).text(for: error.name) {
            lines.append("  \(advice)")
        }
        return lines
    }
}

extension VaultID {
    /// The vault's name with the id, or the id alone.
    fileprivate func shown(as name: String?) -> String { name.map { "\($0.printable) (\(self))" } ?? rawValue }
}

extension Summary.VaultOutcome {
    /// The name with the id, or the id alone.
    var shownName: String { vaultID.shown(as: name) }
}

extension Summary.Attention {
    /// The vault's name with the id, or the id alone.
    var shownName: String { vaultID.shown(as: name) }
}

extension Summary {
    /// The files that are not mirrored, a line each, up to ten of them.
    var attentionLines: [String] {
        let files = attention.filter { $0.version != nil }.prefix(10)
        var lines = files.map { file in
            let place = [file.name ?? file.vaultID.rawValue, Self.shownFile(file.path, version: file.version ?? 0)]
            let reason = file.reason + (file.code.map { " (\($0))" } ?? "")
            return "  \(place.joined(separator: "/").printable): \(reason), \((file.attempts ?? 1).counted("attempt"))"
        }
        let more = attentionCount - attention.count { $0.version == nil } - files.count
        if more > 0, !files.isEmpty { lines.append("  and \(more.grouped) more") }
        return lines
    }

    /// How people find a file again: by its path, or, where its name cannot be deciphered, by what leaves it out.
    static func shownFile(_ path: String?, version: Int64) -> String {
        guard let path else { return "version \(version)" }
        return VaultPath(path).isStandIn ? "uid:\(version) (its name cannot be deciphered)" : path.printable
    }

    /// A note with the names of vaults and options as the reader of a terminal has them.
    func spoken(_ note: String) -> String {
        let names = vaults.map { ($0.vaultID, $0.shownName) } + attention.map { ($0.vaultID, $0.shownName) }
        return names.reduce(note.replacing("allow_deletions", with: "--allow-deletions")) { note, vault in
            note.replacing("vault \(vault.0):", with: "\(vault.1):").replacing("vault \(vault.0) ", with: "\(vault.1) ")
        }
    }

    /// Adds what must not leave this machine: the names of vaults, and the paths of files.
    mutating func addNames(_ report: RunReport?, records: any RecordStore) async {
        let names = report?.names ?? [:]
        defer { for index in attention.indices { attention[index].name = names[attention[index].vaultID] } }
        for index in vaults.indices { vaults[index].name = names[vaults[index].vaultID] }
        // What cannot be read is told by nobody; the run itself is over.
        try? await addAttention(from: records, withPaths: true)
    }
}
