import Clocks
import SyncCore

/// The status of a folder as people read it.
struct StatusText {
    let status: FolderStatus
    let now: Timestamp
    /// The columns of the terminal.
    let width: Int

    var lines: [String] {
        let stack = status.stack.map { " (stack \($0))" } ?? ""
        var lines = [status.destination.printable + stack, ""]
        lines += table
        lines += renamed
        lines += attention
        lines.append("")
        lines += status.current.map(current) ?? []
        lines += status.lastRun.map(lastRun) ?? ["No run has ended yet."]
        lines += status.token.map(token) ?? []
        return lines
    }

    private var table: [String] {
        guard !status.vaults.isEmpty else { return ["No vault is mirrored yet."] }
        var table = TextTable(["VAULT", "FILES", "SIZE", "LAST COMPLETE RUN"])
        for vault in status.vaults {
            let old = vault.isTooOld && vault.ageSeconds != nil ? " (too old)" : ""
            table.add([
                vault.name.printable, files(of: vault),
                vault.bytesMirrored.asSize,
                (vault.ageSeconds.map { Duration.seconds($0).inWords + " ago" } ?? "never") + old,
            ])
        }
        return table.lines(width: width)
    }

    /// Before the first complete run nobody knows how many files there are in all.
    private func files(of vault: FolderStatus.Vault) -> String {
        let counts = "\(vault.filesMirrored.grouped) of \(vault.filesKnown.grouped)"
        return vault.ageSeconds == nil ? counts + " so far" : counts
    }

    /// A vault that was renamed at the source keeps its folder.
    private var renamed: [String] {
        status.vaults.compactMap { vault in
            guard let folder = vault.folder, !folder.isEmpty, !folder.hasPrefix(KeyMapping.plainFolder(vault.name))
            else {
                return nil
            }
            return "\(vault.name.printable) is in the folder \(folder.printable), as it was called at first."
        }
    }

    private var attention: [String] {
        var lines: [String] = []
        for vault in status.vaults {
            if let message = vault.message {
                let name = message.contains(vault.vaultID) ? "" : "\(vault.name.printable) (\(vault.vaultID)): "
                lines.append("  \(name)\(message)")
            }
            if let items = vault.notReady {
                lines.append(
                    "  \(vault.name.printable): \(items.counted("item")) not ready at the source; later runs look again"
                )
            }
            if let files = vault.notDeleted {
                lines.append(
                    "  \(vault.name.printable): \(files.counted("file")), gone at the source, could not be deleted; later runs try "
                        + "again"
                )
            }
            for file in vault.attention.prefix(10) {
                var facts = [file.reason + (file.code.map { " (\($0))" } ?? ""), file.attempts.counted("attempt")]
                if let since = file.since { facts.append("since \(since)") }
                facts.append(file.nextAttempt.map { "next attempt \($0)" } ?? "the next run tries it again")
                let path = Summary.shownFile(file.path, version: file.version)
                lines.append("  \(vault.name.printable)/\(path): \(facts.joined(separator: ", "))")
            }
            let more = vault.attentionCount - min(10, vault.attention.count)
            if more > 0 { lines.append("  and \(more.grouped) more in \(vault.name.printable); --json names them") }
        }
        return lines.isEmpty ? [] : ["", "Not mirrored:"] + lines
    }

    private func current(_ run: FolderStatus.Current) -> [String] {
        let since = run.since.map { " since \($0)" } ?? ""
        var line = "A run is at work\(since)" + (run.process.map { " (process \($0))" } ?? "")
        if let id = run.vaultID, let phase = run.phase {
            let name = status.vaults.first { $0.vaultID == id }?.name.printable ?? id
            line += ": \(name), \(phase)"
            if phase != "listing", let done = run.filesDone, let total = run.filesTotal, total > 0 {
                line += ", \(done.grouped) of \(total.grouped) files"
            }
        }
        return [line]
    }

    private func lastRun(_ run: FolderStatus.Run) -> [String] {
        let end = run.stopped.flatMap { Timestamp(iso8601: $0) }
        let age = end.map { " \($0.duration(to: now).inWords) ago" } ?? ""
        let word =
            switch run.status {
            case "SUCCEEDED": "succeeded"
            case "TIMED_OUT": "ran out of time"
            case "ABORTED": "was stopped"
            default: "failed"
            }
        var lines = ["The last run \(word)\(age)" + (run.stopped.map { " (\($0))." } ?? ".")]
        if let error = run.error {
            lines.append("  \(error)" + (run.message.map { ": \($0)" } ?? ""))
        }
        if let advice = run.advice { lines.append("  \(advice)") }
        return lines + status.heldBack.map { "  \($0)" }
    }

    private func token(_ token: FolderStatus.Token) -> [String] {
        if let problem = token.problem { return ["Sign-in: \(problem)"] }
        guard let text = token.expires, let end = Timestamp(iso8601: text) else {
            return token.isRenewable ? ["The sign-in is renewed by itself."] : []
        }
        let left = now.duration(to: end)
        let life = left > .zero ? "is good for \(left.inWords) more (until \(text))" : "ran out at \(text)"
        let renewal = token.isRenewable ? " and is renewed by itself" : "; it is not renewed by itself"
        return ["The token \(life)\(renewal)."]
    }
}
