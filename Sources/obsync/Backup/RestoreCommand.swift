import ArgumentParser
import Backup
import Checksums
import Clocks
import Foundation
import SyncCore

/// `obsync restore`
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Write the files of a mirror, as they are or as they were, into an empty folder.",
        discussion: """
            Every file is hashed while it is written, and appears when its bytes are proven. A restore that was interrupted \
            goes on with the same command. From a bucket no records are needed, only the right to list versions and to read.

            Notes go back into Obsidian by copying them from that folder into a vault; GoPro's cloud cannot be refilled.

            A time is an instant (2026-11-21T04:30:00Z), local time (2026-11-21 04:30), the end of a day (2026-11-21), or \
            counted back from now ("3 days ago").
            """
    )

    @OptionGroup var backup: BackupOptions

    @Option(help: "The folder that the files are written to; empty, or not there yet.")
    var to: String

    @Option(help: "Restore what the mirror held at this time.")
    var at: String?

    @Flag(help: "Replace files that are in the way.")
    var overwrite = false

    @Flag(help: "Tell what would be restored, and write nothing.")
    var dryRun = false

    @Option(help: "How many files are copied at once.")
    var concurrency = 4

    @Flag(help: "Print one JSON object at the end, and nothing else on standard output.")
    var json = false

    func validate() throws {
        try BackupOptions.check(concurrency: concurrency)
    }

    func run() async throws {
        let target = RestoreTarget(to)
        try FolderName.check(to, option: "--to")
        var moment = try at.map { try Timestamp.read($0) }
        try await backup.withPlace { place in
            let purpose = RestoreTarget.Purpose(from: place.name, vault: backup.vault, pattern: backup.pattern, at: at)
            if dryRun {
                try target.check(purpose, overwrites: overwrite)
            } else {
                moment = try target.prepare(for: purpose, moment, overwrites: overwrite)
            }
            let total = try await restore(place, target, moment)
            if !dryRun, total.failed == 0 { target.finish() }
            if let pattern = backup.pattern, total.known == 0 {
                throw SyncError(.invalidInput, try await place.nothing(fits: pattern, in: backup.vault))
            }
            try tell(total, moment, target)
            if total.failed > 0 { throw ExitCode(65) }
        }
    }

    private func restore(
        _ place: BackupPlace,
        _ target: RestoreTarget,
        _ moment: Timestamp?
    ) async throws -> Restoration.Summary {
        let settings = Restoration.Settings(
            selection: moment.map(VersionSelection.at) ?? .present,
            files: FileSelection(backup.pattern),
            filesAtOnce: concurrency,
            folding: dryRun ? [] : target.folding,
            isDryRun: dryRun
        )
        let restoration = Restoration(from: place.history, to: target.store, settings, makeHasher: { SHA256Hasher() })
        var total = Restoration.Summary()
        for vault in try place.vaults(named: backup.vault) {
            total += try await restoration(vault, into: vault.folder) { event in
                switch event {
                case .failed(let version, let error):
                    StandardStreams.error("not restored: \(vault.shown(version.path)): \(error)")
                case .restored(let version, let path) where path != version.path:
                    StandardStreams.error("\(vault.shown(version.path)) is written as \(vault.shown(path))")
                case .restored(let version, _) where dryRun && !json:
                    StandardStreams.output("\(vault.shown(version.path)), \(version.size.asSize)")
                case .restored, .present: break
                }
            }
        }
        return total
    }

    private struct Totals: Encodable {
        let restored: Int
        let bytes: Int64
        let present: Int
        let failed: Int
        let renamed: Int
        let sizeOnly: Int

        enum CodingKeys: String, CodingKey {
            case restored, bytes, present, failed, renamed
            case sizeOnly = "size_only"
        }
    }

    private func tell(_ total: Restoration.Summary, _ moment: Timestamp?, _ target: RestoreTarget) throws {
        if json {
            let totals = Totals(
                restored: total.restored,
                bytes: total.bytes,
                present: total.present,
                failed: total.failed,
                renamed: total.renamed,
                sizeOnly: total.sizeOnly
            )
            StandardStreams.output(String(decoding: try FunctionJSON.encode(totals), as: UTF8.self))
            return
        }
        guard total.restored + total.present + total.failed > 0 else {
            let since = total.earliest.map { "; the first of these files is of \($0.localText)" } ?? ""
            return StandardStreams.output("nothing to restore\(moment == nil ? "" : since)")
        }
        let verb = dryRun ? "would be restored" : "restored"
        var facts = ["\(total.restored) files \(verb), \(total.bytes.asSize)"]
        if total.present > 0 { facts.append("\(total.present) were there already") }
        if total.failed > 0 { facts.append("\(total.failed) could not be restored") }
        StandardStreams.output(facts.joined(separator: "; "))
        if total.sizeOnly > 0, !dryRun {
            StandardStreams.output("  of \(total.sizeOnly) of them no checksum is known; their sizes are right")
        }
        if !dryRun { StandardStreams.output("The files are in \(target.path)") }
    }
}

extension Restoration.Summary {
    fileprivate static func += (lhs: inout Self, rhs: Self) {
        lhs.restored += rhs.restored
        lhs.bytes += rhs.bytes
        lhs.present += rhs.present
        lhs.failed += rhs.failed
        lhs.renamed += rhs.renamed
        lhs.sizeOnly += rhs.sizeOnly
        lhs.known += rhs.known
        lhs.earliest = [lhs.earliest, rhs.earliest].compactMap(\.self).min()
    }
}
