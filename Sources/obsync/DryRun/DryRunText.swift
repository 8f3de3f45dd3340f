import LocalAdapters
import SyncCore

extension DryRun.Outcome {
    /// How much more room the run takes at most: what is replaced or deleted in a folder is set aside, and stays.
    private var needed: Int64 { totals.fetch.bytes + totals.copy.bytes }

    /// Whether the disk has room for what is to come; nil for a bucket.
    var fits: Bool? { space.map { $0.free > needed } }

    /// What people read.
    func lines(_ place: any MirrorPlace) -> [String] {
        let isFolder = place is LocalFolder
        var lines = ["A run would"]
        func add(_ verb: String, _ amount: DryAccount.Amount, _ remark: String = "") {
            guard amount.files > 0 else { return }
            lines.append("  \(verb.padded(to: 9)) \(amount.files.counted("file")), \(amount.bytes.asSize)\(remark)")
        }
        add("fetch", totals.fetch, unknown)
        if totals.replace > 0 {
            let earlier = isFolder ? "; what is there is set aside" : ""
            lines.append("            \(totals.replace.grouped) of them in the place of an earlier version\(earlier)")
        }
        add("copy", totals.copy, ", because they were renamed")
        add("delete", totals.delete, isFolder ? "; they are set aside" : "")
        add("recognise", totals.alreadyThere, " that are there already")
        if totals.withheld > 0 {
            lines.append("  hold back \(totals.withheld.counted("deletion")); --allow-deletions follows them")
        }
        if totals.refused > 0 {
            lines.append("  leave out \(totals.refused.counted("file")) whose names no store takes or nobody can read")
        }
        if lines.count == 1 { lines = ["A run would find everything as it is."] }
        if let space, let fits {
            lines.append(fits ? "There is room for that: \(space)." : "There is no room for that: \(space).")
        }
        lines += unknowns(isFolder).map { "  note: \($0)" }
        lines += notes.map { "  note: \($0)" }
        lines.append("Nothing was written to \(place.name).")
        return lines
    }

    private var unknown: String {
        totals.unknownSizes > 0 ? ", and \(totals.unknownSizes.grouped) of a size that is not known" : ""
    }

    private func unknowns(_ isFolder: Bool) -> [String] {
        var unknowns: [String] = []
        if totals.bySize > 0 {
            unknowns.append(
                "\(totals.bySize.counted("file")) are taken for there by their size; a run compares samples"
            )
        }
        if isFolder, totals.replace + totals.delete.files > 0 {
            unknowns.append("whether somebody has edited a file here is looked at by a run only; such a file is kept")
        }
        return unknowns
    }

    /// What `--json` prints.
    struct Report: Encodable {
        let totals: DryAccount.Totals
        let free: Int64?
        let fits: Bool?
        let notes: [String]
        let error: String?

        enum CodingKeys: String, CodingKey {
            case free, fits, notes, error
        }

        func encode(to encoder: any Encoder) throws {
            try totals.encode(to: encoder)
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encodeIfPresent(free, forKey: .free)
            try fields.encodeIfPresent(fits, forKey: .fits)
            try fields.encode(notes, forKey: .notes)
            try fields.encodeIfPresent(error, forKey: .error)
        }
    }

    /// What `--json` prints.
    var report: Report {
        Report(totals: totals, free: space?.free, fits: fits, notes: notes, error: failure?.description)
    }
}
