import Pipeline
import SyncCore

/// The part of a report that is about files.
struct ReportFiles {
    let data: ReportData

    var sections: HTML { "\(outcome)\n\(vaults)\n\(sizes)\n\(lists)" }

    private var withheld: Int { data.summary?.vaults.reduce(0) { $0 + $1.withheld } ?? 0 }

    private var outcome: HTML {
        var cards = FileCensus.Kind.allCases.map { ($0.rawValue, data.census.counts[$0] ?? 0) }
        if let aside = data.setAside { cards.append(("set aside", aside.counts.values.reduce(0, +))) }
        cards.append(("withheld", withheld))
        let later: HTML =
            data.census.counts.isEmpty && data.census.others > 0 && !data.history.batches.isEmpty
            ? "<p class=\"note\">Later runs have dealt with these files since; what this run did to each is not known any more.</p>"
            : ""
        return """
            <section><h2>Files</h2><dl class="cards">\(cards.map { card($0.0, $0.1) })</dl>\(later)</section>
            """
    }

    private func card(_ name: String, _ count: Int) -> HTML {
        let isTrouble = ["failed", "withheld", "skipped"].contains(name) && count > 0
        return
            "<div class=\"\(count == 0 ? "none" : isTrouble ? "trouble" : "some")\"><dt>\(name)</dt><dd>\(count.grouped)</dd></div>"
    }

    private var vaults: HTML {
        let vaults = data.summary?.vaults ?? []
        guard !vaults.isEmpty else { return "" }
        let rows: [HTML] = vaults.map { vault in
            """
            <tr><th scope="row">\(data.name(of: vault.vaultID.rawValue))</th><td>\(vault.outcome.rawValue)</td><td>\(vault.files.grouped)</td>
            <td>\(vault.bytes.asSize)</td><td>\(vault.deleted.grouped)</td><td>\(vault.failed.grouped)</td><td>\(vault.withheld.grouped)</td></tr>
            """
        }
        return """
            <section><h2>Vaults</h2><div class="scroll tight"><table><thead><tr><th scope="col">Vault</th><th scope="col">outcome</th>
            <th scope="col">files</th><th scope="col">bytes</th><th scope="col">deleted</th><th scope="col">failed</th>
            <th scope="col">withheld</th></tr></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    private var sizes: HTML {
        let most = data.census.sizes.max() ?? 0
        guard most > 0 else { return "" }
        let rows: [HTML] = zip(FileCensus.classes, zip(data.census.sizes, data.census.stored)).map { name, counts in
            let (all, stored) = counts
            let share = { (count: Int) in Double(count) / Double(most) * 100 }
            return """
                <tr><th scope="row">\(name)</th><td>\(all.grouped)</td><td>\(stored.grouped)</td>
                <td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="all" width="\(share(all))" height="10"/><rect class="now" width="\(share(stored))" height="10"/></svg></td></tr>
                """
        }
        return """
            <section><h2>Sizes of files</h2><div class="scroll"><table class="sizes"><thead><tr><th scope="col">Size</th>
            <th scope="col">mirrored</th><th scope="col">by this run</th><th scope="col"><span class="hidden">share</span></th></tr></thead>
            <tbody>\(rows)</tbody></table></div></section>
            """
    }

    private var lists: HTML {
        let census = data.census
        let lists: [HTML] = FileCensus.Kind.allCases.compactMap { kind in
            guard let files = census.named[kind], !files.isEmpty else { return nil }
            let isTrouble = kind == .failed || kind == .skipped
            // Without names only what went wrong is worth a line a file.
            guard data.hasNames || isTrouble else { return nil }
            return list(kind.rawValue, files, of: census.counts[kind] ?? files.count, isTrouble: isTrouble)
        }
        return HTML(lists + [aside])
    }

    private func list(_ title: String, _ files: [FileCensus.File], of count: Int, isTrouble: Bool) -> HTML {
        let rows: [HTML] = files.map { file in
            let reason: HTML =
                isTrouble
                ? """
                <td>\(file.error ?? "")\(file.code.map { " (\($0))" } ?? "")</td><td>\(file.attempts.grouped)</td>
                <td>\(FileAdvice.text(for: file.error ?? ""))</td>
                """ : ""
            return """
                <tr><td class="path">\(place(file.vault, file.path))</td><td>\(file.size.map(\.asSize) ?? "")</td>\(reason)</tr>
                """
        }
        let heads: HTML =
            isTrouble
            ? "<th scope=\"col\">reason</th><th scope=\"col\">attempts</th><th scope=\"col\">what to do</th>" : ""
        let open: HTML = isTrouble ? " open" : ""
        let more = count - files.count
        return """
            <section><details\(open)><summary><h2>\(count.grouped) \(title)</h2></summary>
            <div class="scroll"><table><thead><tr><th scope="col">File</th><th scope="col">size</th>\(heads)</tr></thead>
            <tbody>\(rows)</tbody></table></div>\(more > 0 ? "<p class=\"note\">and \(more.grouped) more</p>" : "")</details></section>
            """
    }

    private func place(_ vault: String, _ path: String) -> String {
        data.hasNames ? "\(data.name(of: vault))/\(path)" : vault
    }

    private var aside: HTML {
        guard let aside = data.setAside, !aside.named.isEmpty, data.hasNames else { return "" }
        let rows: [HTML] = aside.named.map { file in
            """
            <tr><td class="path">\(place(file.vault, file.path))</td><td>\(file.size.asSize)</td><td>\(Self.words(file.ending))</td></tr>
            """
        }
        let count = aside.counts.values.reduce(0, +)
        let more = count - aside.named.count
        return """
            <section><details><summary><h2>\(count.grouped) set aside</h2></summary>
            <p class="note">Earlier versions are kept in .obsync/history; obsync restore --at brings them back.</p>
            <div class="scroll"><table><thead><tr><th scope="col">File</th><th scope="col">size</th><th scope="col">why</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>\(more > 0 ? "<p class=\"note\">and \(more.grouped) more</p>" : "")</details></section>
            """
    }

    private static func words(_ ending: FileVersion.Ending) -> String {
        switch ending {
        case .changed: "a newer version took its place"
        case .deleted: "deleted at the source"
        case .editedHere: "edited in the mirror"
        case .inTheWay: "stood where a file of the mirror belongs"
        }
    }
}
