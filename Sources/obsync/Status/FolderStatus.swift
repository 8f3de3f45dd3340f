import Foundation
import LocalAdapters
import SyncCore

/// What is known of the mirrors in a folder. Its JSON form is what `obsync status --json` prints; fields are only ever added.
///
///     {"destination": "/home/u/vaults", "needs_person": false, "reasons": [],
///      "vaults": [{"vault_id": "…", "name": "Notes", "files_mirrored": 353, "files_known": 353, "bytes_mirrored": 1000,
///                  "bytes_known": 1000, "last_complete": "2026-11-30T03:15:00Z", "age_seconds": 3600,
///                  "attention_count": 0, "attention": []}],
///      "last_run": {"execution": "local-…", "status": "SUCCEEDED", "started": "…", "stopped": "…"}}
struct FolderStatus: Codable, Hashable {
    /// One vault.
    struct Vault: Codable, Hashable {
        var vaultID: String
        var name: String
        var filesMirrored: Int
        var filesKnown: Int
        var bytesMirrored: Int64
        var bytesKnown: Int64
        /// When the last run ended that left nothing to do; ISO 8601.
        var lastComplete: String?
        var ageSeconds: Int64?
        /// Whether that is longer ago than the reader allows.
        var isTooOld = false
        /// Why the last run could not list it.
        var error: String?
        var message: String?
        /// Whether the account has it no more.
        var hasLeft: Bool?
        /// Whether somebody knows that, and wants to hear no more of it.
        var isForgotten: Bool?
        /// Its folder in the destination.
        var folder: String?
        /// Deletions that are held back; nil for none.
        var withheld: Int?
        /// What `--allow-deletions` calls them by.
        var withheldSet: String?
        /// Items that the last run found not ready at the source; nil for none.
        var notReady: Int?
        /// Files that are gone at the source and that the last run could not delete; nil for none.
        var notDeleted: Int?
        /// Files that were tried and are not mirrored.
        var attentionCount: Int
        /// The first of them.
        var attention: [File]

        enum CodingKeys: String, CodingKey {
            case name, error, message, attention
            case vaultID = "vault_id"
            case filesMirrored = "files_mirrored"
            case filesKnown = "files_known"
            case bytesMirrored = "bytes_mirrored"
            case bytesKnown = "bytes_known"
            case lastComplete = "last_complete"
            case ageSeconds = "age_seconds"
            case isTooOld = "too_old"
            case hasLeft = "left"
            case isForgotten = "forgotten"
            case folder, withheld
            case withheldSet = "withheld_set"
            case notReady = "not_ready"
            case notDeleted = "not_deleted"
            case attentionCount = "attention_count"
        }
    }

    /// One file that is not mirrored.
    struct File: Codable, Hashable {
        var path: String
        var version: Int64
        var reason: String
        /// The other side's own code for it, where there is one.
        var code: String?
        var attempts: Int
        /// Since when it waits; ISO 8601.
        var since: String?
        /// When it is tried again; ISO 8601. Nil where that is the next run, whenever it is.
        var nextAttempt: String?

        enum CodingKeys: String, CodingKey {
            case path, version, reason, code, attempts, since
            case nextAttempt = "next_attempt"
        }
    }

    /// The newest run that has ended.
    struct Run: Codable, Hashable {
        var execution: String
        /// `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
        var status: String
        var started: String
        var stopped: String?
        var error: String?
        var message: String?
        /// What to do about it.
        var advice: String?
        /// Deletions that it held back.
        var withheld: Int?
    }

    /// A run in progress.
    struct Current: Codable, Hashable {
        var execution: String?
        var process: Int32?
        var since: String?
        /// The vault at hand.
        var vaultID: String?
        /// `listing`, `downloading` or `settling`.
        var phase: String?
        var filesDone: Int?
        var filesTotal: Int?
        var bytesDone: Int64?
        var bytesTotal: Int64?

        enum CodingKeys: String, CodingKey {
            case execution, process, since, phase
            case vaultID = "vault_id"
            case filesDone = "files_done"
            case filesTotal = "files_total"
            case bytesDone = "bytes_done"
            case bytesTotal = "bytes_total"
        }
    }

    /// The token that signs in.
    struct Token: Codable, Hashable {
        /// The credentials file.
        var credentials: String
        var provider: String?
        /// When the token ends; ISO 8601. Nil where that cannot be read.
        var expires: String?
        /// Whether it is renewed without anybody's help.
        var isRenewable: Bool
        /// What keeps the file from being read.
        var problem: String?

        enum CodingKeys: String, CodingKey {
            case credentials, provider, expires, problem
            case isRenewable = "renewable"
        }
    }

    var destination: String
    /// The stack of a deployment on AWS; nil of a folder.
    var stack: String?
    /// Whether somebody has to do something.
    var needsPerson = false
    /// Why, a sentence each.
    var reasons: [String] = []
    var vaults: [Vault] = []
    var lastRun: Run?
    var current: Current?
    var token: Token?

    enum CodingKeys: String, CodingKey {
        case destination, stack, reasons, vaults, token
        case needsPerson = "needs_person"
        case lastRun = "last_run"
        case current = "current_run"
    }

    /// The command that lets deletions pass that were held back.
    ///
    /// - Parameter set: what they are called by; nil for all there are.
    /// - Returns: the command line.
    func allowDeletionsCommand(_ set: String?) -> String {
        let option = "--allow-deletions" + (set.map { " \($0)" } ?? "")
        return stack == nil ? "obsync sync \(option) --dest \(destination.shellQuoted)" : "obsync start \(option)"
    }

    /// What is held back, a sentence for each vault, with the command that lets it pass.
    var heldBack: [String] {
        func sentence(_ count: Int, of vault: String?, _ set: String?) -> String {
            "\(count.counted("deletion"))\(vault.map { " in \($0)" } ?? "") \(count == 1 ? "is" : "are") held back; "
                + "if they are meant: \(allowDeletionsCommand(set))"
        }
        let known = vaults.compactMap { vault in
            vault.withheld.map { sentence($0, of: vault.name.printable, vault.withheldSet) }
        }
        if known.isEmpty, let withheld = lastRun?.withheld, withheld > 0 { return [sentence(withheld, of: nil, nil)] }
        return known
    }
}
