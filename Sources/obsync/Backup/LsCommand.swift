import ArgumentParser
import Backup
import Clocks
import Foundation
import SyncCore

/// `obsync ls`
struct LsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List what a mirror holds, or held.",
        discussion: """
            A time is an instant (2026-11-21T04:30:00Z), local time (2026-11-21 04:30), the end of a day (2026-11-21), or \
            counted back from now ("3 days ago").
            """
    )

    @OptionGroup var backup: BackupOptions

    @Option(help: "List what the mirror held at this time.")
    var at: String?

    @Flag(help: "List every version that can still be restored.")
    var versions = false

    @Flag(help: "List what was deleted at the source.")
    var deleted = false

    @Flag(help: "List what is not mirrored, and why.")
    var failed = false

    @Flag(help: "Print a JSON object for each file, one a line.")
    var json = false

    func validate() throws {
        let questions = [at != nil, versions, deleted, failed].filter(\.self).count
        guard questions <= 1 else {
            throw ValidationError("--at, --versions, --deleted and --failed exclude each other.")
        }
    }

    func run() async throws {
        let question = try question
        try await backup.withPlace { place in
            let catalogue = Catalogue(place.records, place.history)
            var files = 0
            for vault in try place.vaults(named: backup.vault) {
                try await catalogue(vault, question, FileSelection(backup.pattern)) { line in
                    files += 1
                    StandardStreams.output(try json ? text(of: line, vault) : shown(line, vault))
                }
            }
            if files == 0 { StandardStreams.error(try await nothing(place, question)) }
        }
    }

    /// Why nothing is listed.
    private func nothing(_ place: BackupPlace, _ question: Catalogue.Question) async throws -> String {
        switch question {
        case .deleted: return "nothing of this was deleted"
        case .notMirrored: return "all of this is mirrored"
        case .present, .versions: return try await place.nothing(fits: backup.pattern, in: backup.vault)
        case .at(let moment):
            let found = try await place.known(backup.vault, FileSelection(backup.pattern))
            guard let earliest = found.earliest else {
                return try await place.nothing(fits: backup.pattern, in: backup.vault)
            }
            return "none of this was mirrored at \(moment.localText); the first of it came at \(earliest.localText)"
        }
    }

    private var question: Catalogue.Question {
        get throws {
            if let at { return .at(try Timestamp.read(at)) }
            if versions { return .versions }
            if deleted { return .deleted }
            return failed ? .notMirrored : .present
        }
    }

    private struct Line: Encodable {
        let vault: VaultID?
        let line: CatalogueLine

        enum CodingKeys: String, CodingKey {
            case vault
        }

        func encode(to encoder: any Encoder) throws {
            try line.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(vault, forKey: .vault)
        }
    }

    private func text(of line: CatalogueLine, _ vault: MirroredVault) throws -> String {
        String(decoding: try FunctionJSON.encode(Line(vault: vault.id, line: line)), as: UTF8.self)
    }

    private func shown(_ line: CatalogueLine, _ vault: MirroredVault) -> String {
        let size = line.size.map(String.init) ?? "-"
        let time = line.mtime?.localText ?? "-"
        var text = String(repeating: " ", count: max(0, 12 - size.count)) + size
        text += "  " + time + String(repeating: " ", count: max(0, 16 - time.count)) + "  " + vault.shown(line.path)
        if line.state != .mirrored || versions { text += "  (" + remark(line) + ")" }
        return text
    }

    private func remark(_ line: CatalogueLine) -> String {
        let until = line.until.map { " on \($0.localText)" } ?? ""
        return switch line.state {
        case .mirrored: "held now"
        case .replaced: "replaced\(until)"
        case .deleted: "deleted\(until)"
        case .kept: "gone at the source, kept here"
        case .edited: "edited in the mirror, set aside\(until)"
        case .inTheWay: "was in the way, set aside\(until)"
        case .failed: "failed: \(line.error ?? "unknown")"
        case .pending: "on its way"
        case .refused: "not mirrored: \(line.error ?? "refused")"
        }
    }
}
